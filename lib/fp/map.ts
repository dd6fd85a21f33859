import { asyncContextManager } from '../async-context-manager.ts';
import { enter } from '../enter.ts';
import type { AsyncContextManager, AsyncEnterable } from '../protocol.ts';
import { assertMapper, assertManager, type AnsweredFallback, type AnyManager } from './any-manager.ts';

/**
 * Makes the same manager with another value for the block. The function is called on each entry, and awaited. If it
 * throws, the manager is exited with that error, as when a setup fails half-way.
 *
 * `map(f)(manager)` equals, but that calling it runs nothing:
 *
 * ```ts no-run: the equivalent
 * async function* map() {
 *   yield f(yield* enter(manager));
 * }
 * ```
 *
 * @param f - gets what entering gives, and gives the value for the block
 * @returns a function from a manager to a manager
 * @throws TypeError if `f` is not a function; from what it returns, if that gets no manager
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
