import { asyncContextManager } from '../async-context-manager.ts';
import { enter } from '../enter.ts';
import type { AsyncContextManager, AsyncEnterable } from '../protocol.ts';
import { assertMapper, assertManager, type AnsweredFallback, type AnyManager } from './any-manager.ts';

/**
 * Changes the value that a manager passes to its block. `f` is called on each entry, and its result is awaited. If it
 * throws, the manager exits with that error, as if its setup had failed halfway.
 *
 * `map(f)(manager)` is equivalent to this, except that calling it runs nothing:
 *
 * ```ts no-run: the equivalent
 * async function* map() {
 *   yield f(yield* enter(manager));
 * }
 * ```
 *
 * @param f - gets the manager's value, and returns the value for the block
 * @returns a function from a manager to a manager
 * @throws TypeError if `f` is not a function; from the returned function, if its argument is not a manager
 *
 * @example
 * ```ts
 * import { pipe } from 'remeda';
 * import { asyncContextManager } from 'withal';
 * import { map, use } from 'withal/fp';
 *
 * const pool = asyncContextManager(async function* pool() {
 *   yield { size: 10 };
 * });
 *
 * const size = pipe(pool(), map(({ size }) => size));
 *
 * await pipe(size, use((size) => size)); // => 10
 * ```
 */
export function map<T, U>(
  f: (value: T) => U,
): <Answer>(manager: AnyManager<T, Answer>) => AsyncContextManager<Awaited<U>, AnsweredFallback<Answer>>;
export function map(f: unknown): unknown {
  assertMapper('map()', f, 'map((value) => …)');
  return (manager: unknown) => {
    assertManager('map()', manager);
    return mapped(manager as AsyncEnterable, f as (value: unknown) => unknown);
  };
}

const mapped = /* @__PURE__ */ asyncContextManager(async function* map(
  manager: AsyncEnterable,
  f: (value: unknown) => unknown,
) {
  yield f(yield* enter(manager));
});
