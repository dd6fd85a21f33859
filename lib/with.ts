import { isThenable, markHandled } from './describe.ts';
import {
  asyncEntry,
  begunSync,
  isRequest,
  leave,
  stopAsync,
  stopSync,
  syncEntry,
  takeOver,
  type Body,
  type Step,
} from './entry.ts';
import { keepBoth } from './errors.ts';
import { bodyNotFunction, bodyReturnedPromise, didNotYield } from './messages.ts';
import type {
  AsyncEnterable,
  Enterable,
  Entered,
  EnteredSync,
  Fallback,
  FallbackSync,
  NotGenerator,
  Thrown,
} from './protocol.ts';

/**
 * Enters a manager, runs the body with what entering gave, and exits the manager, which is told how the body ended:
 * Python's `async with`.
 *
 * It equals, with an error that leaves the exit put in place of the body's, and the body's kept reachable from it:
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
 *   a disposable is its own value, and is disposed as by `await using`
 * @param body - gets the value; it is awaited before the manager is exited
 * @returns what the body returned, or the fallback of a manager that suppressed the body's error
 * @throws TypeError if the arguments are wrong; nothing is entered then
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
export async function withAsync<M extends AsyncEnterable, R>(
  manager: M & NotGenerator<M>,
  body: (value: Entered<M>) => R,
): Promise<Awaited<R> | Awaited<Fallback<M>>>;
export async function withAsync(manager: unknown, body: Body): Promise<unknown> {
  if (typeof body !== 'function') throw bodyNotFunction('withAsync()', body);
  const entry = asyncEntry(manager, 'withAsync()');
  let step = await entry.next();
  if (isRequest(step.value)) return await step.value[takeOver](entry, manager).block(body);
  if (step.done) throw didNotYield(manager);
  let result: unknown;
  let thrown: Thrown | undefined;
  try {
    result = await body(step.value);
  } catch (error) {
    thrown = { error };
  }
  // Outside the body's `try`: a failing commit must not be thrown back into the generator that committed.
  try {
    step = await leave(entry, thrown);
    if (!step.done) step = await stopAsync(entry, manager, step, thrown);
    return thrown ? step.value : result;
  } catch (error) {
    throw entry.keepsErrors ? error : keepBoth(error, thrown);
  }
}

/**
 * {@link withAsync} for managers and bodies that are done when they return: Python's `with`.
 *
 * @param manager - a manager or a disposable
 * @param body - gets the value; one that returns a promise is refused, by its type where that shows
 * @returns what the body returned, or the fallback of a manager that suppressed the body's error
 * @throws TypeError if the arguments are wrong; nothing is entered then
 * @throws TypeError if the body returns a promise; the manager is exited with that error, and can't suppress it
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
export function withSync<M extends Enterable, R>(
  manager: M & NotGenerator<M>,
  body: (value: EnteredSync<M>) => R & NotPromise<R>,
): R | FallbackSync<M>;
export function withSync(manager: unknown, body: Body): unknown {
  if (typeof body !== 'function') throw bodyNotFunction('withSync()', body);
  const { entry, value } = begunSync(syncEntry(manager, 'withSync()'), manager);
  let result: unknown;
  let thrown: Thrown | undefined;
  let refused: TypeError | undefined;
  let step: Step;
  try {
    result = body(value);
    if (isThenable(result)) throw (refused = refusal(result));
  } catch (error) {
    thrown = { error };
  }
  try {
    step = leave(entry, thrown);
    if (!step.done) step = stopSync(entry, manager, step, thrown);
  } catch (error) {
    throw entry.keepsErrors ? error : keepBoth(error, thrown);
  }
  // A manager that suppresses can't make up for a body that is still running.
  if (refused) throw refused;
  return thrown ? step.value : result;
}

/** Refuses a body that returns a promise, in the words that the compiler then shows. */
export type NotPromise<R> =
  Extract<R, PromiseLike<unknown>> extends never
    ? unknown
    : 'what returns a promise needs withAsync(), or scopeAsync()';

function refusal(result: unknown): TypeError {
  markHandled(result);
  return bodyReturnedPromise(result);
}
