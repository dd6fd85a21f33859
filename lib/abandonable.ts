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
 * Makes a manager whose setup the block stops waiting for when the signal aborts: it then rejects with the signal's reason
 * at once. The setup goes on. As soon as it has finished, the given manager is exited with that reason: a connection that
 * comes too late is given back, and a transaction that began too late is rolled back.
 *
 * The signal is about the setup alone. It does nothing once the body runs; hand it to the body too if that should stop.
 *
 * It equals:
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
 * @param signal - when it aborts during the setup, the block rejects; one that has aborted already fails the entry, and
 *   nothing of the setup runs
 * @param options - `late`: gets the promise of the end of an abandoned setup and its exit. It rejects with what fails
 *   there, but not with the reason, or with an error that only says that the signal aborted. Without `late`, that is an
 *   unhandled rejection
 * @returns a manager that can be used as often as the given one
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
    super(asyncForm, 'abandonable', manager);
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
