import { observe } from '../../lib/observe/index.ts';

// No onSlow: some tests count timers. Of the sources and of both builds, for they share the slot.
observe({ onEnter: ignore, onExited: ignore, onLeak: ignore, keep: 10 });

function ignore(): void {}
