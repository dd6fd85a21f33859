import { slot } from './engine/observer.ts';
import { runScopeAsync } from './engine/scope.ts';
import type { EnteredFallback, EnterRequest } from './enter.ts';
import type { OnlyRequests } from './support/slips.ts';

/**
 * Runs an async generator function in which `yield* enter(manager)` enters a manager: a block without nesting. When the
 * function is done, the managers exit in reverse order with its outcome.
 *
 * It's equivalent to nested blocks, with one exception: if a manager suppresses an error from another manager's
 * teardown, the scope still returns the function's result.
 *
 * ```ts no-run: the equivalent
 * await withAsync(first, (a) =>
 *   withAsync(second, async (b) => {
 *     // …
 *   }),
 * );
 * ```
 *
 * @param fn - the generator function, called without a `this`. It may yield only `yield* enter(manager)`. A function
 *   defined once, outside, runs faster than one created for each call; pass what it needs as arguments
 * @param args - the arguments for `fn`
 * @returns what the function returned, or the fallback of a manager that suppressed its error
 * @throws TypeError if `fn` isn't an async generator function; and inside `fn`, at a `yield` of anything else
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
 * async function* lengths(first: string, second: string) {
 *   const a = yield* enter(opened(first));
 *   const b = yield* enter(opened(second));
 *   return a + b;
 * }
 *
 * await scopeAsync(lengths, 'a', 'bc'); // => 3
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
