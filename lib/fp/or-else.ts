import { asyncContextManager } from '../async-context-manager.ts';
import { isEnterable } from '../engine/adapt.ts';
import { keepBoth } from '../engine/join.ts';
import { enter } from '../enter.ts';
import type { AsyncContextManager, AsyncEnterable, Entered, Fallback } from '../protocol.ts';
import { notAlternative } from '../support/messages.ts';
import type { TakenAsync } from '../support/slips.ts';
import { assertManager, managerFrom, type AnsweredFallback, type AnyManager } from './any-manager.ts';

/**
 * Returns a manager that enters another one if the first can't be set up, for example a replica if the primary is down.
 * It doesn't handle errors of the block.
 *
 * `orElse(other)(manager)` is equivalent to this, except that both errors are kept if neither can be set up:
 *
 * ```ts no-run: the equivalent
 * async function* orElse() {
 *   let value;
 *   try {
 *     value = yield* enter(manager);
 *   } catch (error) {
 *     value = yield* enter(typeof other === 'function' ? other(error) : other);
 *   }
 *   yield value;
 * }
 * ```
 *
 * @param other - the other manager; or a function that gets the error and returns a manager, or rethrows the error
 * @returns a function from a manager to a manager
 * @throws TypeError if `other` is neither; from the returned function, if its argument is not a manager
 *
 * @example
 * ```ts
 * import { pipe } from 'remeda';
 * import { asyncContextManager } from 'withal';
 * import { orElse, use } from 'withal/fp';
 *
 * const connection = asyncContextManager(async function* connection(host: string) {
 *   if (host === 'primary') throw new Error('refused');
 *   yield host;
 * });
 *
 * await pipe(connection('primary'), orElse(connection('replica')), use((host) => host)); // => 'replica'
 * ```
 */
export function orElse<N extends TakenAsync<N>>(
  other: N | ((error: unknown) => N),
): <T, Answer>(
  manager: AnyManager<T, Answer>,
) => AsyncContextManager<T | Awaited<Entered<N>>, AnsweredFallback<Answer> | Awaited<Fallback<N>>>;
export function orElse(other: unknown): unknown {
  if (!isEnterable(other) && typeof other !== 'function') throw notAlternative(other);
  return (manager: unknown) => {
    assertManager('orElse()', manager);
    return alternative(manager as AsyncEnterable, other as Other);
  };
}

type Other = AsyncEnterable | ((error: unknown) => unknown);

const alternative = /* @__PURE__ */ asyncContextManager(async function* orElse(manager: AsyncEnterable, other: Other) {
  let value: unknown;
  try {
    value = yield* enter(manager);
  } catch (error) {
    try {
      // A class with the static methods of a manager is entered, not called.
      value = yield* enter(
        typeof other === 'function' && !isEnterable(other)
          ? managerFrom('orElse', other, error)
          : (other as AsyncEnterable),
      );
    } catch (failure) {
      throw keepBoth(failure, { error });
    }
  }
  yield value;
});
