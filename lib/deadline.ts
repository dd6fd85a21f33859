import { isEnterable } from './engine/adapt.ts';
import { asyncForm } from './engine/compose.ts';
import { keepBoth } from './engine/join.ts';
import { endsWell, handOver, lateOption, unlessStopped, type Late, type LateOptions } from './engine/late.ts';
import { makeAsyncManager } from './engine/manager.ts';
import type { Step } from './engine/run.ts';
import { WrapperRun } from './engine/wrap.ts';
import type { AsyncContextManager, Entered, Fallback, Thrown } from './protocol.ts';
import { after } from './support/after.ts';
import { notDuration, notEnterable, teardownTimedOut } from './support/messages.ts';
import type { TakenAsync } from './support/slips.ts';

/**
 * Makes a manager whose teardown the block waits for no longer than the given time: it then rejects with a `TimeoutError`,
 * whose cause is the body's error. The teardown goes on, to the same end.
 *
 * It equals:
 *
 * ```ts no-run: the equivalent
 * const value = await manager.enterAsync();
 * // … the body
 * const exited = manager.exitAsync(thrown);
 * await Promise.race([exited, rejectsAfter(ms)]).catch((error) => {
 *   if (isTimeout(error)) late(exited);
 *   throw error;
 * });
 * ```
 *
 * @param manager - whatever `withAsync` takes
 * @param ms - milliseconds, from the end of the body on; `Infinity` is never up
 * @param options - `late`: gets the promise of the end of a teardown that takes longer. It rejects with what fails there,
 *   but not with the error that the teardown was told. Without `late`, that is an unhandled rejection
 * @returns a manager that can be used as often as the given one
 * @throws TypeError if `manager` can't be entered, `ms` is not a number, NaN or negative, or `late` is not a function
 * @throws a `TimeoutError` from the block, if the teardown takes longer
 *
 * @example
 * ```ts
 * import { setTimeout as sleep } from 'node:timers/promises';
 * import { asyncContextManager, deadline, withAsync } from 'withal';
 *
 * const log: string[] = [];
 *
 * const uploads = asyncContextManager(async function* uploads() {
 *   yield;
 *   await sleep(20);
 *   log.push('flushed');
 * });
 *
 * let ended = Promise.resolve();
 * const late = (promise: Promise<void>) => (ended = promise);
 *
 * await withAsync(deadline(uploads(), 5, { late }), () => 1); // throws TimeoutError: within 5 ms
 * log; // => []
 *
 * await ended;
 * log; // => ['flushed']
 * ```
 */
export function deadline<M extends TakenAsync<M>>(
  manager: M,
  ms: number,
  options?: LateOptions,
): AsyncContextManager<Awaited<Entered<M>>, Awaited<Fallback<M>>>;
export function deadline(manager: unknown, ms: unknown, options: unknown = {}): unknown {
  if (!isEnterable(manager)) throw notEnterable('deadline()', manager);
  if (typeof ms !== 'number' || !(ms >= 0)) throw notDuration('deadline()', ms, 'deadline(manager, 1000)');
  const late = lateOption(options, 'deadline()', 'deadline(manager, ms, { late: (ended) => … })');
  return makeAsyncManager(deadlineRun, undefined, [manager, ms, late]);
}

const { deadline: deadlineRun } = {
  deadline: (manager: unknown, ms: number, late: Late) => new DeadlineRun(manager, ms, late),
};

class DeadlineRun extends WrapperRun {
  private readonly ms: number;
  private readonly late: Late;

  constructor(manager: unknown, ms: number, late: Late) {
    super(asyncForm, 'deadline', manager);
    this.ms = ms;
    this.late = late;
  }

  protected override async exit(outcome: Thrown | undefined): Promise<Step> {
    const { given, ms, late } = this;
    // swc loses the promise of an async arrow function that says `super`.
    const exit = () => super.exit(outcome) as Promise<Step>;
    let exited!: Promise<Step>;
    const step = await unlessStopped(
      async () => (exited = exit()),
      (stop) => after(ms, stop),
    );
    if (step) return step;
    const ended = endsWell(exited, (error) => outcome !== undefined && Object.is(error, outcome.error));
    throw handOver(late, ended, keepBoth(teardownTimedOut(given, ms), outcome));
  }
}
