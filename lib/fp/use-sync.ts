import { assertBody } from '../engine/body.ts';
import type { GivenSync } from '../support/slips.ts';
import { withSync } from '../with-sync.ts';
import type { AnsweredFallback, AnySyncManager } from './any-manager.ts';

/**
 * `withSync` with the manager last.
 *
 * `useSync(body)(manager)` equals:
 *
 * ```ts no-run: the equivalent
 * withSync(manager, body);
 * ```
 *
 * @param body - gets the value; a body that returns a promise is refused
 * @returns a function that enters a manager, runs the body and exits the manager
 * @throws TypeError if `body` is not a function
 *
 * @example
 * ```ts
 * import { pipe } from 'remeda';
 * import { nullContext } from 'withal';
 * import { useSync } from 'withal/fp';
 *
 * pipe(nullContext('text'), useSync((text) => text.length)); // => 4
 * ```
 */
export function useSync<T, R>(
  body: (value: T) => R & GivenSync<R>,
): <Answer>(manager: AnySyncManager<T, Answer>) => R | AnsweredFallback<Answer>;
export function useSync(body: unknown): (manager: never) => unknown {
  assertBody('useSync()', body);
  return (manager) => withSync(manager, body);
}
