import { isEnterable } from './engine/adapt.ts';
import { asyncForm } from './engine/compose.ts';
import { isAbort } from './engine/is-abort.ts';
import { endsWell, handOver, lateOption, unlessStopped, type Late, type LateOptions } from './engine/late.ts';
import { makeAsyncManager } from './engine/manager.ts';
import type { Step } from './engine/run.ts';
import { WrapperRun } from './engine/wrap.ts';
import type { AsyncContextManager, Entered, Fallback } from './protocol.ts';
import { isAbortSignal, reasonOf, type AbortSignalLike, type EnvironmentAbortSignal } from './support/abort.ts';
import { notAbortSignal, notEnterable } from './support/messages.ts';
import { onAbort } from './support/on-abort.ts';
import type { TakenAsync } from './support/slips.ts';

/**
 * Returns a manager that stops waiting for the given manager's setup when the signal aborts: the block then rejects at
 * once with the signal's reason. The setup itself continues. As soon as it has finished, the given manager exits with
 * that reason, so a connection that arrives too late is given back, and a transaction that begins too late is rolled
 * back.
 *
 * The signal applies only to the setup. Once the body runs, it does nothing; pass it to the body too if that should
 * stop.
 *
 * It's equivalent to this:
 *
 * ```ts no-run: the equivalent
 * const setup = manager.enterAsync();
 * const value = await Promise.race([setup, rejectsWhenAborted(signal)]).catch((error) => {
 *   if (isReason(error, signal)) late(setup.then(() => manager.exitAsync({ error })));
 *   throw error;
 * });
 * // … the body, and the exit
 * ```
 *
 * @param manager - whatever `withAsync` takes
 * @param signal - if it aborts during the setup, the block rejects. If it has already aborted, entering fails, and none
 *   of the setup runs
 * @param options - `late`: gets a promise for the end of an abandoned setup and its exit. It rejects with any failure
 *   there, except the reason itself, or an error that only says that the signal aborted. Without `late`, such a failure
 *   is an unhandled rejection
 * @returns a manager that you can use as often as the given one
 * @throws TypeError if `manager` can't be entered, `signal` is not an `AbortSignal`, or `late` is not a function
 * @throws the signal's reason from the block, if it aborts before the setup has finished
 *
 * @example
 * ```ts
 * import { setTimeout as sleep } from 'node:timers/promises';
 * import { abandonable, asyncContextManager, withAsync } from 'withal';
 *
 * const log: string[] = [];
 *
 * const connection = asyncContextManager(async function* connection() {
 *   await sleep(20); // a busy pool
 *   try {
 *     yield 'connection';
 *   } finally {
 *     log.push('given back');
 *   }
 * });
 *
 * let ended = Promise.resolve();
 * const late = (promise: Promise<void>) => (ended = promise);
 *
 * await withAsync(abandonable(connection(), AbortSignal.timeout(5), { late }), () => 1); // throws TimeoutError
 * log; // => []
 *
 * await ended;
 * log; // => ['given back']
 * ```
 */
export function abandonable<M extends TakenAsync<M>>(
  manager: M,
  signal: EnvironmentAbortSignal,
  options?: LateOptions,
): AsyncContextManager<Awaited<Entered<M>>, Awaited<Fallback<M>>>;
export function abandonable(manager: unknown, signal: unknown, options: unknown = {}): unknown {
  if (!isEnterable(manager)) throw notEnterable('abandonable()', manager);
  if (!isAbortSignal(signal)) throw notAbortSignal(signal);
  const late = lateOption(options, 'abandonable()', 'abandonable(manager, signal, { late: (ended) => … })');
  return makeAsyncManager(abandonableRun, undefined, [manager, signal, late]);
}

const { abandonable: abandonableRun } = {
  abandonable: (manager: unknown, signal: AbortSignalLike, late: Late) => new AbandonableRun(manager, signal, late),
};

class AbandonableRun extends WrapperRun {
  private readonly signal: AbortSignalLike;
  private readonly late: Late;

  constructor(manager: unknown, signal: AbortSignalLike, late: Late) {
    super(asyncForm, manager);
    this.signal = signal;
    this.late = late;
  }

  protected override async enterAsync(): Promise<Step> {
    const { signal, late } = this;
    if (signal.aborted) throw reasonOf(signal);
    let setup!: Promise<Step>;
    const entered = await unlessStopped(
      () => (setup = super.enterAsync()),
      (stop) => onAbort(signal, stop),
    );
    if (entered) return entered;
    const reason = reasonOf(signal);
    const exited = setup.then(() => this.throw(reason));
    throw handOver(
      late,
      endsWell(exited, (error) => isAbort(error, { reason })),
      reason,
    );
  }
}
