import { slot } from './engine/observer.ts';
import { runScopeAsync } from './engine/scope.ts';
import type { EnteredFallback, EnterRequest } from './enter.ts';
import type { OnlyRequests } from './support/slips.ts';

/**
 * Runs an async generator function in which `yield* enter(manager)` enters a manager: a block without nesting. When the
 * function is done, the managers are exited in reverse order, and are told how it ended.
 *
 * It equals nested blocks, but that it keeps the result where a manager swallowed an error of another one's teardown:
 *
 * ```ts no-run: the equivalent
 * await withAsync(first, (a) =>
 *   withAsync(second, async (b) => {
 *     // …
 *   }),
 * );
 * ```
 *
 * @param fn - the generator function; it has no arguments, and its `this` is to be bound. It yields nothing else
 * @returns what the function returned, or the fallback of a manager that suppressed its error
 * @throws TypeError if `fn` is no async generator function; and at a `yield` of anything else, in the function
 * @throws whatever entering, the function or exiting throws
 *
 * @example
 * ```ts
 * import { asyncContextManager, enter, scopeAsync } from 'withal';
 *
 * const log: string[] = [];
 *
 * const opened = asyncContextManager(async function* opened(name: string) {
 *   log.push(`open ${name}`);
 *   yield name.length;
 *   log.push(`close ${name}`);
 * });
 *
 * await scopeAsync(async function* () {
 *   const a = yield* enter(opened('a'));
 *   const bc = yield* enter(opened('bc'));
 *   return a + bc;
 * }); // => 3
 *
 * log; // => ['open a', 'open bc', 'close bc', 'close a']
 * ```
 */
export function scopeAsync<Args extends unknown[], Y, R>(
  fn: (this: void, ...args: Args) => AsyncGenerator<OnlyRequests<Y, EnterRequest<unknown, unknown>>, R, void>,
  ...args: Args
): Promise<Awaited<R> | EnteredFallback<Y>>;
export function scopeAsync(fn: unknown, ...args: unknown[]): Promise<unknown> {
  const { observer } = slot;
  if (!observer) return runScopeAsync(fn, args);
  return observer.scope(fn, 'scopeAsync()', (tell) => runScopeAsync(fn, args, tell));
}
