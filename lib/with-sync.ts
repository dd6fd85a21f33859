import { adaptSync } from './engine/adapt.ts';
import { assertBody, refuseUnfinished } from './engine/body.ts';
import { beginSync, finishSync } from './engine/run.ts';
import type { EnteredSync, FallbackSync, Thrown } from './protocol.ts';
import type { GivenSync, TakenSync } from './support/slips.ts';

/**
 * {@link withAsync} for sync managers and bodies: Python's `with`.
 *
 * @param manager - a manager or a disposable
 * @param body - gets the value. A body that returns a promise is refused, at compile time if its type shows it
 * @returns what the body returned, or the fallback of a manager that suppressed the body's error
 * @throws TypeError if an argument is wrong; then nothing is entered
 * @throws TypeError if the body returns a promise; the manager exits with that error, and can't suppress it
 * @throws whatever entering, the body or exiting throws
 *
 * @example
 * ```ts
 * import { closing, withSync } from 'withal';
 *
 * const log: string[] = [];
 * const file = { close: () => log.push('closed') };
 *
 * withSync(closing(file), () => log.push('used'));
 * log; // => ['used', 'closed']
 * ```
 */
export function withSync<M extends TakenSync<M, 'withAsync()'>, R>(
  manager: M,
  body: (value: EnteredSync<M>) => R & GivenSync<R>,
): R | FallbackSync<M>;
export function withSync(manager: unknown, body: unknown): unknown {
  // If everything that this calls is small, V8 inlines it, and a block takes 1.4 times as long as one by hand;
  // otherwise up to 2.2 times. So rare cases have functions of their own.
  assertBody('withSync()', body);
  const { run, value, within } = beginSync(adaptSync(manager, 'withSync()'), manager);
  let result: unknown;
  let thrown: Thrown | undefined;
  let refused: TypeError | undefined;
  try {
    result = within ? within(body, value) : body(value);
    refused = refuseUnfinished('withSync()', result);
    if (refused) throw refused;
  } catch (error) {
    thrown = { error };
  }
  const step = finishSync(run, manager, thrown);
  // A manager that suppresses can't make up for an unfinished body.
  if (refused) throw refused;
  return thrown ? step.value : result;
}
