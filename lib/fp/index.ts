/**
 * Managers by functions, data last: for any `pipe`, and for none.
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

// Managers made of what is none, or may be none
export { lift } from './lift.ts';
export { of } from './of.ts';
export { optional } from './optional.ts';

// What the managers are, for declarations that name them
export type { AnyManager, AnySyncManager } from './any-manager.ts';
export type { AsyncContextManager, ContextManager, ExitAnswer, Suppressed, Thrown } from '../protocol.ts';
