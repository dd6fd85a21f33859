import { adaptAsync } from './engine/adapt.ts';
import { assertBody, refuseGenerator } from './engine/body.ts';
import { keepBoth } from './engine/join.ts';
import { answer, exitStep, isRequest, stopAsync } from './engine/run.ts';
import type { Within } from './engine/snapshot.ts';
import type { Entered, Fallback, Thrown } from './protocol.ts';
import { didNotYield } from './support/messages.ts';
import type { GivenAsync, TakenAsync } from './support/slips.ts';

/**
 * Enters a manager, runs the body with the entered value, and exits the manager with the body's outcome: Python's
 * `async with`.
 *
 * It's equivalent to this, except that an error thrown by the exit keeps the body's error reachable:
 *
 * ```ts no-run: the equivalent
 * const value = await manager.enterAsync();
 * let result;
 * try {
 *   result = await body(value);
 * } catch (error) {
 *   const answer = await manager.exitAsync({ error });
 *   if (answer === true) return undefined;
 *   if (isObject(answer) && 'value' in answer) return answer.value;
 *   throw error;
 * }
 * await manager.exitAsync();
 * return result;
 * ```
 *
 * @param manager - an async manager, a sync manager, an async disposable or a disposable, in this order of preference;
 *   a disposable is its own value, and is disposed the way `await using` does it
 * @param body - gets the entered value; its promise is awaited before the manager exits
 * @returns what the body returned, or the fallback of a manager that suppressed the body's error
 * @throws TypeError if an argument is wrong, before anything is entered
 * @throws whatever entering, the body or exiting throws
 *
 * @example
 * ```ts
 * import { asyncContextManager, withAsync } from 'withal';
 *
 * const recovering = asyncContextManager(async function* recovering() {
 *   try {
 *     yield 20;
 *   } catch {
 *     return 'recovered';
 *   }
 *   return 'never used';
 * });
 *
 * await withAsync(recovering(), async (value) => value + 1); // => 21
 * await withAsync(recovering(), () => { throw new Error('no'); }); // => 'recovered'
 * ```
 */
export async function withAsync<M extends TakenAsync<M>, R>(
  manager: M,
  body: (value: Entered<M>) => R & GivenAsync<Awaited<R>>,
): Promise<Awaited<R> | Awaited<Fallback<M>>>;
export async function withAsync(manager: unknown, body: unknown): Promise<unknown> {
  assertBody('withAsync()', body);
  // `beginAsync` and `finishAsync` inlined: two async functions fewer on the hot path.
  let run = adaptAsync(manager, 'withAsync()');
  let step = await run.next();
  let within: Within | undefined;
  if (isRequest(step.value)) {
    run = step.value[answer](run, manager);
    step = await run.next();
    within = run.within;
  }
  if (step.done) throw didNotYield(manager, step.value);
  let result: unknown;
  let thrown: Thrown | undefined;
  let refused: TypeError | undefined;
  try {
    result = await (within ? within(body, step.value) : body(step.value));
    refused = refuseGenerator('withAsync()', result);
    if (refused) throw refused;
  } catch (error) {
    thrown = { error };
  }
  // Outside the body's `try`: a failing commit must not be thrown back into the generator that committed.
  try {
    step = await exitStep(run, thrown);
    if (!step.done) {
      run = await stopAsync(run, manager, step, thrown);
      step = await exitStep(run, thrown);
    }
  } catch (error) {
    throw run.throwsAsIs ? error : keepBoth(error, thrown);
  }
  // A manager that suppresses can't make up for a body that has not run.
  if (refused) throw refused;
  return thrown ? step.value : result;
}
