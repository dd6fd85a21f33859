import { observe } from '../../lib/observe/index.ts';

// No onSlow: some tests count timers. For the sources and both builds, because they share the slot.
observe({ onEnter: ignore, onExited: ignore, onLeak: ignore, keep: 10 });

function ignore(): void {}
