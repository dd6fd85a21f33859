import { assertBody } from '../engine/body.ts';
import type { GivenAsync } from '../support/slips.ts';
import { withAsync } from '../with-async.ts';
import type { AnsweredFallback, AnyManager } from './any-manager.ts';

/**
 * `withAsync` with the manager last: the end of a pipe.
 *
 * `use(body)(manager)` equals:
 *
 * ```ts no-run: the equivalent
 * withAsync(manager, body);
 * ```
 *
 * @param body - gets the value; its result is awaited before the manager exits
 * @returns a function that enters a manager, runs the body and exits the manager
 * @throws TypeError if `body` is not a function
 *
 * @example
 * ```ts
 * import { pipe } from 'remeda';
 * import { asyncContextManager } from 'withal';
 * import { map, use } from 'withal/fp';
 *
 * const connection = asyncContextManager(async function* connection(url: string) {
 *   yield { url };
 * });
 *
 * await pipe(
 *   connection('db://localhost'),
 *   map(({ url }) => url.length),
 *   use(async (length) => length + 1),
 * ); // => 15
 *
 * await use(({ url }: { url: string }) => url)(connection('db://localhost')); // => 'db://localhost'
 * ```
 */
export function use<T, R>(
  body: (value: T) => R & GivenAsync<Awaited<R>>,
): <Answer>(manager: AnyManager<T, Answer>) => Promise<Awaited<R> | AnsweredFallback<Answer>>;
export function use(body: unknown): (manager: never) => Promise<unknown> {
  assertBody('use()', body);
  return async (manager) => withAsync(manager, body);
}
