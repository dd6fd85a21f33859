import { withReason } from './engine/is-abort.ts';
import { makeAsyncManager } from './engine/manager.ts';
import type { AsyncContextManager } from './protocol.ts';
import { after } from './support/after.ts';
import { abortSource, reasonOf, type AbortSignalLike, type EnvironmentAbortSignal } from './support/abort.ts';
import { notDuration, timedOut } from './support/messages.ts';
import { onAbort } from './support/on-abort.ts';
import { signalOption } from './support/signal-option.ts';

/** Options of {@link timeout}. */
export interface TimeoutOptions {
  /** Aborts the block's signal too, with its own reason. */
  readonly signal?: EnvironmentAbortSignal | undefined;
}

/**
 * Returns a manager that gives the block an `AbortSignal`, which aborts with a `TimeoutError` when the time is up.
 *
 * It can't interrupt the block: pass the signal to whatever should stop. A block that ignores the signal and finishes
 * late keeps its result.
 *
 * It's equivalent to this:
 *
 * ```ts no-run: the equivalent
 * const controller = new AbortController();
 * const timer = setTimeout(() => controller.abort(timeoutError), ms);
 * try {
 *   return await body(controller.signal);
 * } catch (error) {
 *   throw addsNothingTo(timeoutError, error) ? timeoutError : error;
 * } finally {
 *   clearTimeout(timer);
 * }
 * ```
 *
 * @param ms - milliseconds, counted from the entry; `Infinity` never runs out
 * @param options - `signal`: aborts the block's signal too; if it has already aborted, entering fails
 * @returns a manager that you can use many times
 * @throws TypeError if `ms` isn't a number, or is NaN or negative, or if `signal` is not an `AbortSignal`
 * @throws the `TimeoutError` from the block, if the block failed because the time was up. It replaces only an error
 *   that adds nothing: the `TimeoutError` itself, or an `AbortError` with no other cause. Any other error is thrown as
 *   it is, with the `TimeoutError` in its chain
 *
 * @example
 * ```ts
 * import { timeout, withAsync } from 'withal';
 *
 * const waiting = withAsync(timeout(5), (signal) =>
 *   new Promise((_resolve, reject) => {
 *     signal.addEventListener('abort', () => reject(signal.reason));
 *   }),
 * );
 *
 * await waiting; // throws TimeoutError: within 5 ms
 *
 * await withAsync(timeout(1000), async (signal) => signal.aborted); // => false
 * ```
 */
export function timeout(ms: number, options?: TimeoutOptions): AsyncContextManager<EnvironmentAbortSignal>;
export function timeout(ms: unknown, options: unknown = {}): AsyncContextManager<EnvironmentAbortSignal> {
  if (typeof ms !== 'number' || !(ms >= 0)) throw notDuration('timeout()', ms, 'timeout(1000), or timeout(Infinity)');
  const signal = signalOption(options, 'timeout()', 'timeout(ms, { signal })');
  return makeAsyncManager(timeoutRun, undefined, [ms, signal]) as AsyncContextManager<EnvironmentAbortSignal>;
}

/** An error that adds nothing to the TimeoutError is dropped, not kept as its cause. */
const { timeout: timeoutRun } = {
  timeout: (ms: number, signal: AbortSignalLike | undefined) =>
    Object.assign(limit(ms, signal), { throwsAsIs: true as const }),
};

async function* limit(
  ms: number,
  outer: AbortSignalLike | undefined,
): AsyncGenerator<EnvironmentAbortSignal, void, void> {
  if (outer?.aborted) throw reasonOf(outer);
  const source = abortSource();
  const undo: (() => void)[] = [];
  let reason: Error | undefined;
  try {
    undo.push(
      after(ms, () => {
        // The outer signal may have aborted first.
        if (!source.signal.aborted) source.abort((reason = timedOut(ms)));
      }),
    );
    if (outer) undo.push(onAbort(outer, () => source.abort(reasonOf(outer))));
    yield source.signal;
  } catch (error) {
    throw reason ? withReason(error, { reason }) : error;
  } finally {
    for (const stop of undo) stop();
  }
}
