import { constants } from 'node:os';
import process from 'node:process';
import { abortSource, type EnvironmentAbortSignal } from '../support/abort.ts';
import { contextManager } from '../context-manager.ts';
import { notSignals } from '../support/messages.ts';
import type { ContextManager } from '../protocol.ts';

/** The name of a signal, as in `'SIGTERM'`. */
export type SignalName = `SIG${string}`;

/** Why the `AbortSignal` of {@link terminationSignal} aborted: a signal asked the process to end. */
export interface TerminationError extends Error {
  /** Tells it from other errors. */
  readonly name: 'TerminationError';
  /** The signal that arrived. */
  readonly signal: SignalName;
}

/**
 * Makes a manager that gives an `AbortSignal` to the block which aborts when the process is asked to end, so that
 * Ctrl-C unwinds managers instead of killing them.
 *
 * It equals, without the second signal:
 *
 * ```ts no-run: the equivalent
 * const controller = new AbortController();
 * const listener = (name) => {
 *   process.exitCode = 128 + os.constants.signals[name];
 *   controller.abort(new TerminationError(name));
 * };
 * for (const name of signals) process.on(name, listener);
 * try {
 *   return await body(controller.signal);
 * } catch (error) {
 *   if (error !== controller.signal.reason) throw error;
 * } finally {
 *   for (const name of signals) process.off(name, listener);
 * }
 * ```
 *
 * The first of the signals aborts the `AbortSignal` with a `TerminationError`, whose `signal` is the name. The block has
 * to look: with `signal.throwIfAborted()`, or by giving the signal on, to `fetch` for one. If it then throws that very
 * error, it ends as `undefined`; any other error is thrown on, also one that has it as its cause, such as the
 * `AbortError` of Node's own functions. The process goes on until it ends by itself, with the exit code that a shell
 * shows for the signal: 130 for `SIGINT`, 143 for `SIGTERM`.
 *
 * A second signal, while the block is still being unwound, is left to whoever else listens; if nobody does, it kills.
 *
 * @param signals - the names of the signals to listen to
 * @returns a manager that can be used many times, also within itself
 * @throws TypeError if `signals` is no array of signals that a process can listen to
 *
 * @example
 * ```ts
 * import { withAsync } from 'withal';
 * import { terminationSignal } from 'withal/node';
 *
 * const jobs = [async () => 'first', async () => 'second'];
 * const done: string[] = [];
 *
 * await withAsync(terminationSignal(), async (signal) => {
 *   for (const job of jobs) {
 *     signal.throwIfAborted();
 *     done.push(await job());
 *   }
 * });
 *
 * done; // => ['first', 'second']
 * ```
 */
export function terminationSignal(
  signals: readonly SignalName[] = ['SIGINT', 'SIGTERM'],
): ContextManager<EnvironmentAbortSignal, undefined> {
  if (!Array.isArray(signals)) throw notSignals(signals);
  for (const name of signals) if (!isCatchable(name)) throw notSignals(name);
  return listening(new Set(signals as NodeJS.Signals[]));
}

const listening = contextManager(function* terminationSignal(
  names: ReadonlySet<NodeJS.Signals>,
): Generator<EnvironmentAbortSignal, undefined, void> {
  const source = abortSource();
  const { signal } = source;
  const stop = () => {
    for (const name of names) process.off(name, listener);
  };
  const listener = (name: NodeJS.Signals) => {
    if (signal.aborted) {
      stop();
      process.kill(process.pid, name);
    } else {
      process.exitCode = 128 + constants.signals[name];
      const reason: TerminationError = new Terminated(name);
      source.abort(reason);
    }
  };
  try {
    for (const name of names) process.on(name, listener);
    yield signal;
  } catch (error) {
    if (!signal.aborted || !Object.is(error, signal.reason)) throw error;
  } finally {
    stop();
  }
  return undefined;
});

// The inner name is what inspecting shows; the outer one is left to the interface.
const Terminated = class TerminationError extends Error {
  declare readonly name: 'TerminationError';
  readonly signal: SignalName;

  constructor(signal: SignalName) {
    super(`The process was asked to end by ${signal}.`);
    this.signal = signal;
  }

  static {
    // On the prototype, and before any instance: V8 writes the name into the stack when the error is made.
    Object.defineProperty(this.prototype, 'name', { value: 'TerminationError', writable: true, configurable: true });
  }
};

/** No process can listen to the two, and trying to throws. */
function isCatchable(name: unknown): boolean {
  return typeof name === 'string' && Object.hasOwn(constants.signals, name) && !['SIGKILL', 'SIGSTOP'].includes(name);
}
