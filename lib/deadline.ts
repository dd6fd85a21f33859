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
 * Returns a manager that limits how long the block waits for the given manager's teardown. When the time is up, the
 * block rejects with a `TimeoutError`, whose cause is the body's error. The teardown itself continues to its end.
 *
 * It's equivalent to this:
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
 * @param ms - milliseconds, counted from the end of the body; `Infinity` never runs out
 * @param options - `late`: gets a promise for the end of a teardown that takes longer. It rejects with any failure
 *   there, except the error that the teardown got from the block. Without `late`, such a failure is an unhandled
 *   rejection
 * @returns a manager that you can use as often as the given one
 * @throws TypeError if `manager` can't be entered, `ms` isn't a number, or is NaN or negative, or `late` isn't a
 *   function
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
    super(asyncForm, manager);
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
