import { asyncContextManager } from '../async-context-manager.ts';
import { enter } from '../enter.ts';
import type { AsyncContextManager, AsyncEnterable } from '../protocol.ts';
import { assertMapper, assertManager, type AnsweredFallback, type AnyManager } from './any-manager.ts';

/**
 * Returns a manager that also runs a function on each entry, before the block: a query, a log line. The function is
 * awaited. If it throws, the manager exits with that error, as if its setup had failed halfway.
 *
 * `tap(f)(manager)` is equivalent to this, except that calling it runs nothing:
 *
 * ```ts no-run: the equivalent
 * async function* tap() {
 *   const value = yield* enter(manager);
 *   await f(value);
 *   yield value;
 * }
 * ```
 *
 * @param f - gets the manager's value; its result is awaited and ignored
 * @returns a function from a manager to a manager
 * @throws TypeError if `f` is not a function; from the returned function, if its argument is not a manager
 *
 * @example
 * ```ts
 * import { pipe } from 'remeda';
 * import { nullContext } from 'withal';
 * import { tap, use } from 'withal/fp';
 *
 * const log: string[] = [];
 *
 * await pipe(
 *   nullContext('connection'),
 *   tap((name) => log.push(`entered ${name}`)),
 *   use((name) => name.length),
 * ); // => 10
 * log; // => ['entered connection']
 * ```
 */
export function tap<T>(
  f: (value: T) => unknown,
): <Answer>(manager: AnyManager<T, Answer>) => AsyncContextManager<T, AnsweredFallback<Answer>>;
export function tap(f: unknown): unknown {
  assertMapper('tap()', f, 'tap((value) => …)');
  return (manager: unknown) => {
    assertManager('tap()', manager);
    return tapped(manager as AsyncEnterable, f as (value: unknown) => unknown);
  };
}

const tapped = /* @__PURE__ */ asyncContextManager(async function* tap(
  manager: AsyncEnterable,
  f: (value: unknown) => unknown,
) {
  const value = yield* enter(manager);
  await f(value);
  yield value;
});
