import { slot } from './engine/observer.ts';
import { runScopeSync } from './engine/scope.ts';
import type { EnteredFallback, EnterRequest } from './enter.ts';
import type { Done, OnlyRequests } from './support/slips.ts';

/**
 * {@link scopeAsync} for synchronous code.
 *
 * @param fn - the generator function, called without a `this`. It may yield only `yield* enter(manager)`
 * @param args - the arguments for `fn`
 * @returns what the function returned, or the fallback of a manager that suppressed its error
 * @throws TypeError if `fn` isn't a generator function; and inside `fn`, at a `yield` of anything else
 * @throws TypeError if the function returns a promise; the managers exit with that error, and can't suppress it
 * @throws whatever entering, the function or exiting throws
 *
 * @example
 * ```ts
 * import { closing, enter, scopeSync } from 'withal';
 *
 * const log: string[] = [];
 * const file = (text: string) => closing({ text, close: () => log.push(`close ${text}`) });
 *
 * scopeSync(function* () {
 *   const a = yield* enter(file('a'));
 *   const b = yield* enter(file('b'));
 *   return a.text + b.text;
 * }); // => 'ab'
 *
 * log; // => ['close b', 'close a']
 * ```
 */
export function scopeSync<Args extends unknown[], Y, R>(
  fn: (
    this: void,
    ...args: Args
  ) => Generator<
    OnlyRequests<Y, EnterRequest<unknown, unknown>>,
    R & Done<R, 'It returns a promise. Did you mean scopeAsync()?'>,
    void
  >,
  ...args: Args
): R | EnteredFallback<Y>;
export function scopeSync(fn: unknown, ...args: unknown[]): unknown {
  const { observer } = slot;
  if (!observer) return runScopeSync(fn, args);
  return observer.scope(fn, 'scopeSync()', (tell) => runScopeSync(fn, args, tell));
}
