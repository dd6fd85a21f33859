import { nullContext } from '../null-context.ts';
import type { AsyncContextManager } from '../protocol.ts';
import type { AnsweredFallback, AnyManager } from './any-manager.ts';
import { lift } from './lift.ts';

/**
 * Makes a manager from one that may be missing: the block gets its value, or undefined.
 *
 * It's equivalent to this:
 *
 * ```ts no-run: the equivalent
 * manager || nullContext();
 * ```
 *
 * @param manager - a manager; or undefined, null or false, so that you can write `optional(isTraced && span())`
 * @returns a manager that you can use as often as the given one
 * @throws TypeError if `manager` is anything else
 *
 * @example
 * ```ts
 * import { pipe } from 'remeda';
 * import { asyncContextManager } from 'withal';
 * import { optional, use } from 'withal/fp';
 *
 * const span = asyncContextManager(async function* span(name: string) {
 *   yield name;
 * });
 *
 * const work = (isTraced: boolean) => pipe(isTraced && span('work'), optional, use((name) => name ?? 'untraced'));
 *
 * await work(true); // => 'work'
 * await work(false); // => 'untraced'
 * ```
 */
export function optional<T, Answer>(
  manager: AnyManager<T, Answer> | undefined | null | false,
): AsyncContextManager<T | undefined, AnsweredFallback<Answer>>;
export function optional(manager: unknown): unknown {
  return manager === undefined || manager === null || manager === false ? nullContext() : lift(manager as Disposable);
}
