import { observe } from '../../lib/observe/index.ts';

// Of the sources and of both builds, for they share the slot.
observe({ onEnter: ignore, onExited: ignore, onLeak: ignore, onSlow: ignore, sites: true, keep: 10 });

function ignore(): void {}
