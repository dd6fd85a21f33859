import { makeAsyncManager } from './engine/manager.ts';
import { isAbort } from './engine/is-abort.ts';
import type { AsyncContextManager } from './protocol.ts';
import { abortSource, type AbortSignalLike, type EnvironmentAbortSignal } from './support/abort.ts';
import { isObject } from './support/describe.ts';
import { notDuration, notSignal, timedOut } from './support/messages.ts';

/** What else {@link timeout} listens to. */
export interface TimeoutOptions {
  /** Aborts the block's signal too, with its own reason. */
  readonly signal?: EnvironmentAbortSignal | undefined;
}

/**
 * Makes a manager that gives the block an `AbortSignal`, which aborts with a `TimeoutError` when the time is up.
 *
 * It can't interrupt the block: what is to stop must be given the signal. A block that takes no notice of it and finishes
 * late keeps its result.
 *
 * It equals:
 *
 * ```ts no-run: the equivalent
 * const controller = new AbortController();
 * const timer = setTimeout(() => controller.abort(timeoutError), ms);
 * try {
 *   return await body(controller.signal);
 * } catch (error) {
 *   throw isBecauseOf(timeoutError, error) ? timeoutError : error;
 * } finally {
 *   clearTimeout(timer);
 * }
 * ```
 *
 * @param ms - milliseconds, from the entry on; `Infinity` is never up
 * @param options - `signal`: aborts the block's signal too; one that is aborted already fails the entry
 * @returns a manager that can be used many times
 * @throws TypeError if `ms` is no number, not a number or negative, or if `signal` is no `AbortSignal`
 * @throws the `TimeoutError` from the block, where that failed because the time was up; the error that only says so is dropped
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
  if (typeof ms !== 'number' || !(ms >= 0)) throw notDuration(ms);
  if (!isObject(options) || isSignal(options)) throw notSignal(options);
  const { signal } = options;
  if (signal !== undefined && !isSignal(signal)) throw notSignal(signal);
  return makeAsyncManager(timeoutRun, undefined, [ms, signal]) as AsyncContextManager<EnvironmentAbortSignal>;
}

function isSignal(value: unknown): value is AbortSignalLike {
  return isObject(value) && typeof value['aborted'] === 'boolean' && typeof value['addEventListener'] === 'function';
}

/** The block's error that only says that the time was up is dropped, and not kept as the cause of that. */
const { timeout: timeoutRun } = {
  timeout: (ms: number, signal: AbortSignalLike | undefined) =>
    Object.assign(limit(ms, signal), { throwsAsIs: true as const }),
};

async function* limit(
  ms: number,
  outer: AbortSignalLike | undefined,
): AsyncGenerator<EnvironmentAbortSignal, void, void> {
  if (outer?.aborted) throw outer.reason;
  const source = abortSource();
  const undo: (() => void)[] = [];
  let timeUp: Error | undefined;
  try {
    undo.push(
      after(ms, () => {
        timeUp = timedOut(ms);
        source.abort(timeUp);
      }),
    );
    if (outer)
      undo.push(
        followed(outer, () => {
          source.abort(outer.reason);
        }),
      );
    yield source.signal;
  } catch (error) {
    // The outer signal may have been first.
    const isUp = timeUp && source.signal.reason === timeUp;
    throw isUp && isAbort(error, source.signal) ? timeUp : error;
  } finally {
    for (const stop of undo) stop();
  }
}

interface Following {
  readonly callbacks: Set<() => void>;
  readonly listener: () => void;
}

/** One listener for all who follow a signal: Node warns of more than ten, and a server may have one signal for all. */
const followings = /* @__PURE__ */ new WeakMap<AbortSignalLike, Following>();

/** Calls back when the signal aborts; gives what prevents it. */
function followed(signal: AbortSignalLike, callback: () => void): () => void {
  const following = followings.get(signal) ?? follow(signal);
  following.callbacks.add(callback);
  return () => {
    following.callbacks.delete(callback);
    if (following.callbacks.size > 0) return;
    signal.removeEventListener('abort', following.listener);
    followings.delete(signal);
  };
}

function follow(signal: AbortSignalLike): Following {
  const callbacks = new Set<() => void>();
  const listener = () => {
    for (const callback of callbacks) callback();
  };
  signal.addEventListener('abort', listener);
  const following = { callbacks, listener };
  followings.set(signal, following);
  return following;
}

interface Timers {
  setTimeout(callback: () => void, ms: number): unknown;
  clearTimeout(timer: unknown): void;
}

/** What a timer can hold: more would be over at once. */
const longest = 2 ** 31 - 1;

/** Calls back after that many milliseconds; gives what prevents it. */
function after(ms: number, callback: () => void): () => void {
  const { setTimeout, clearTimeout } = globalThis as unknown as Timers;
  let timer: unknown;
  const wait = (left: number): void => {
    if (left === Infinity) return;
    timer = setTimeout(left > longest ? () => wait(left - longest) : callback, Math.min(left, longest));
  };
  wait(ms);
  return () => clearTimeout(timer);
}
