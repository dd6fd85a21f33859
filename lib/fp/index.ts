/**
 * Managers in a functional style, data last, with any `pipe` or without one.
 *
 * @module withal/fp
 */

// A block
export { use } from './use.ts';
export { useSync } from './use-sync.ts';

// Managers made of managers
export { chain } from './chain.ts';
export { map } from './map.ts';
export { orElse } from './or-else.ts';
export { tap } from './tap.ts';

// Managers made from other things, or from nothing
export { lift } from './lift.ts';
export { of } from './of.ts';
export { optional } from './optional.ts';

// The types of managers, for declarations that name them
export type { AnyManager, AnySyncManager } from './any-manager.ts';
export type { AsyncContextManager, ContextManager, ExitAnswer, Suppressed, Thrown } from '../protocol.ts';
