import { constants } from 'node:os';
import process from 'node:process';
import { setImmediate } from 'node:timers';
import { isMainThread } from 'node:worker_threads';
import { contextManager } from '../context-manager.ts';
import { isAbort } from '../engine/is-abort.ts';
import type { ContextManager } from '../protocol.ts';
import { after } from '../support/after.ts';
import { abortSource, type EnvironmentAbortSignal } from '../support/abort.ts';
import { isObject } from '../support/describe.ts';
import { inWorker, notGrace, notOnGrace, notSignals } from '../support/messages.ts';
import { exitCodeOf, reportStarved, startGrace, type GraceReport } from './grace.ts';
import { listen, unlisten, type ListeningBlock } from './listening.ts';

/** The name of a signal, as in `'SIGTERM'`. */
export type SignalName = `SIG${string}`;

/** Why the `AbortSignal` of {@link terminationSignal} aborted: a signal asked the process to end. */
export interface TerminationError extends Error {
  /** Tells it from other errors. */
  readonly name: 'TerminationError';
  /** The signal that arrived. */
  readonly signal: SignalName;
}

/** How long {@link terminationSignal} lets the process go on after a signal. */
export interface TerminationSignalOptions {
  /** Milliseconds after the signal until the process is ended, if it still lives then; `Infinity` never ends it. */
  readonly grace: number;
  /**
   * Called before that with what is left; by default it is printed to stderr. The process waits for a promise that it
   * returns, for a second at most.
   */
  readonly onGrace?: ((report: GraceReport) => unknown) | undefined;
}

/**
 * Makes a manager that gives the block an `AbortSignal`, which aborts when the process is asked to end. So Ctrl-C unwinds
 * your managers instead of killing them.
 *
 * It equals, without repeats, the second signal and the grace period:
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
 *   if (!isAbort(error, controller.signal)) throw error;
 * } finally {
 *   for (const name of signals) process.off(name, listener);
 * }
 * ```
 *
 * The first signal aborts the `AbortSignal` with a `TerminationError`, whose `signal` is the name. The block has to look:
 * call `signal.throwIfAborted()`, or pass the signal on, to `fetch` for one. If the block then throws that very error, or
 * an `AbortError` with no other cause, it ends as `undefined`; any other error is thrown on, even one that the signal
 * caused. The process goes on until it ends by itself, with the exit code that a shell shows for the signal: 130 for
 * `SIGINT`, 143 for `SIGTERM`. Enter it first: what is entered around it is not protected while it is torn down.
 *
 * What arrives within 500 ms of the first signal is a repeat: a wrapper such as cross-env, concurrently or nodemon passes
 * on the Ctrl-C that the terminal has sent already. A second signal after that removes the listeners and is raised
 * again: it kills, unless somebody else listens.
 *
 * With `grace` the process is ended that many milliseconds after the signal, if it still lives then: a teardown is stuck,
 * or something is left that keeps the event loop alive. `onGrace` is told what, and `process.exit()` ends it with the same
 * code. Give it less than your supervisor does before its SIGKILL. A block that takes the event loop for itself can't be
 * ended this way.
 *
 * If the event loop is empty before the block has ended, a report on stderr, or `onGrace`, says so: the block waits for
 * something that never comes.
 *
 * No signal arrives in a worker thread. There the manager works, but it emits a warning (`WITHAL_NO_SIGNALS`): let the
 * main thread listen, and tell the worker by a message.
 *
 * @param signals - the names of the signals to listen to; by default `SIGINT` and `SIGTERM`
 * @param options - `grace`: milliseconds from the signal until the process is ended, no limit by default; `onGrace`: told
 *   what is left then
 * @returns a manager that can be used many times, also within itself
 * @throws TypeError if `signals` is no array of signals that a process can listen to, if `grace` is no number, not a
 *   number or negative, or if `onGrace` is no function
 *
 * @example
 * ```ts
 * import { withAsync } from 'withal';
 * import { terminationSignal } from 'withal/node';
 *
 * const jobs = [async () => 'first', async () => 'second'];
 * const done: string[] = [];
 *
 * await withAsync(terminationSignal({ grace: 10_000 }), async (signal) => {
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
  signals?: readonly SignalName[],
  options?: TerminationSignalOptions,
): ContextManager<EnvironmentAbortSignal, undefined>;
/** {@link terminationSignal} of `SIGINT` and `SIGTERM`. */
export function terminationSignal(options: TerminationSignalOptions): ContextManager<EnvironmentAbortSignal, undefined>;
export function terminationSignal(
  first: unknown = ['SIGINT', 'SIGTERM'],
  second?: unknown,
): ContextManager<EnvironmentAbortSignal, undefined> {
  // The options can stand alone, but not before the signals.
  if (isObject(first) && !Array.isArray(first) && second === undefined)
    return terminationSignal(undefined, first as never);
  assertSignals(first);
  if (second !== undefined) assertOptions(second);
  return interruptible(new Set(first), second);
}

function assertSignals(given: unknown): asserts given is NodeJS.Signals[] {
  if (!Array.isArray(given)) throw notSignals(given);
  for (const name of given) if (!isCatchable(name)) throw notSignals(name);
}

/** No process can listen to the two, and trying to throws. */
function isCatchable(name: unknown): boolean {
  return typeof name === 'string' && Object.hasOwn(constants.signals, name) && !['SIGKILL', 'SIGSTOP'].includes(name);
}

function assertOptions(given: unknown): asserts given is TerminationSignalOptions {
  if (!isObject(given)) throw notGrace(given);
  const { grace, onGrace } = given;
  if (typeof grace !== 'number' || !(grace >= 0)) throw notGrace(grace);
  if (onGrace !== undefined && typeof onGrace !== 'function') throw notOnGrace(onGrace);
}

const interruptible = contextManager(function* terminationSignal(
  names: ReadonlySet<NodeJS.Signals>,
  options: TerminationSignalOptions | undefined,
): Generator<EnvironmentAbortSignal, undefined, void> {
  if (!isMainThread) warnOfWorker();
  const block = new Block(names, options);
  try {
    listen(block);
    yield block.signal;
  } catch (error) {
    if (!block.signal.aborted || !isAbort(error, block.signal)) throw error;
  } finally {
    unlisten(block);
    block.close();
  }
  return undefined;
});

let hasWarned = false;

/** Not an error: Vitest and AVA can run whole programs in worker threads, where only Ctrl-C is missing. */
function warnOfWorker(): void {
  if (!hasWarned) process.emitWarning(inWorker(), { type: 'WithalWarning', code: 'WITHAL_NO_SIGNALS' });
  hasWarned = true;
}

class Block implements ListeningBlock {
  readonly names: ReadonlySet<NodeJS.Signals>;
  readonly signal: EnvironmentAbortSignal;
  private readonly options: TerminationSignalOptions | undefined;
  private readonly source = abortSource();
  private arrived: NodeJS.Signals | undefined;
  private takesRepeats = true;
  private stopTimer: (() => void) | undefined;

  constructor(names: ReadonlySet<NodeJS.Signals>, options: TerminationSignalOptions | undefined) {
    this.names = names;
    this.options = options;
    this.signal = this.source.signal;
  }

  receive(name: NodeJS.Signals): boolean {
    if (this.arrived) return !this.takesRepeats;
    this.arrived = name;
    process.exitCode = exitCodeOf(name);
    this.stopTimer = afterRepeats(() => (this.takesRepeats = false));
    if (this.options) startGrace(name, this.options);
    const reason: TerminationError = new Terminated(name);
    this.source.abort(reason);
    return false;
  }

  starve(): void {
    if (!this.arrived) return;
    // Once: the loop is empty again after what `onGrace` does.
    unlisten(this);
    reportStarved(this.arrived, this.options?.onGrace);
  }

  close(): void {
    this.stopTimer?.();
  }
}

/**
 * Wrappers repeat a Ctrl-C 2 to 120 ms after the terminal has sent it, and `concurrently --kill-others` adds a SIGTERM
 * after 170.
 */
const repeats = 500;

/** Calls back when no repeat can come any more; gives what prevents it. */
function afterRepeats(callback: () => void): () => void {
  // While the loop is blocked, repeats wait: it takes them before it comes to the immediate.
  return after(repeats, () => setImmediate(callback), false);
}

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
