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

/** The name of a signal, such as `'SIGTERM'`. */
export type SignalName = `SIG${string}`;

/** Why the `AbortSignal` of {@link terminationSignal} aborted: a signal asked the process to end. */
export interface TerminationError extends Error {
  /** Always `'TerminationError'`. */
  readonly name: 'TerminationError';
  /** The signal that arrived. */
  readonly signal: SignalName;
}

/** Limits how long the process may run after a signal, for {@link terminationSignal}. */
export interface TerminationSignalOptions {
  /** Milliseconds from the signal until the process is ended, if it's still alive; `Infinity` never ends it. */
  readonly grace: number;
  /**
   * Called before that with a report of what is left, which is printed to stderr by default. If it returns a promise,
   * the process waits for it, but no longer than a second.
   */
  readonly onGrace?: ((report: GraceReport) => unknown) | undefined;
}

/**
 * Returns a manager that gives the block an `AbortSignal`, which aborts when the process is asked to end. So Ctrl-C
 * tears your managers down instead of killing the process on the spot.
 *
 * Apart from repeats, a second signal and the grace period, it's equivalent to this:
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
 * The first signal aborts the `AbortSignal` with a `TerminationError`, whose `signal` is the name. The block must check
 * it: call `signal.throwIfAborted()`, or pass the signal on, to `fetch` for example. If the block then throws that very
 * error, or an `AbortError` with no other cause, the block returns `undefined`; any other error is rethrown, even if
 * the signal caused it. The process continues until it ends by itself, with the exit code that a shell shows for the
 * signal: 130 for `SIGINT`, 143 for `SIGTERM`. Enter it first: while a manager outside it is torn down, a signal kills
 * the process.
 *
 * Signals within 500 ms of the first one are repeats: wrappers such as cross-env, concurrently or nodemon pass on the
 * Ctrl-C that the terminal has already sent. A second signal after that removes the listeners and is raised again: it
 * kills the process, unless other code listens.
 *
 * With `grace`, the process is ended that many milliseconds after the signal, if it is still alive: a teardown is
 * stuck, or something keeps the event loop alive. `onGrace` gets the report, and `process.exit()` ends the process with
 * the same exit code. Choose less time than your supervisor allows before its SIGKILL. A block that never yields to the
 * event loop can't be ended this way.
 *
 * If the event loop is empty before the block has ended, a report on stderr, or `onGrace`, says so: the block waits for
 * something that never comes.
 *
 * Signals don't arrive in worker threads. There the manager works, but it emits a warning (`WITHAL_NO_SIGNALS`): let
 * the main thread listen, and send the worker a message.
 *
 * @param signals - the names of the signals to listen for; by default `SIGINT` and `SIGTERM`
 * @param options - `grace`: milliseconds from the signal until the process is ended, no limit by default; `onGrace`:
 *   called with what is left then
 * @returns a manager that you can use many times, even inside itself
 * @throws TypeError if `signals` isn't an array of signals that a process can listen for, if `grace` isn't a number, or
 *   is NaN or negative, or if `onGrace` isn't a function
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
/** {@link terminationSignal} for `SIGINT` and `SIGTERM`. */
export function terminationSignal(options: TerminationSignalOptions): ContextManager<EnvironmentAbortSignal, undefined>;
export function terminationSignal(
  first: unknown = ['SIGINT', 'SIGTERM'],
  second?: unknown,
): ContextManager<EnvironmentAbortSignal, undefined> {
  // The options may come alone, but not before the signals.
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

/** A process can't listen for these two; trying to throws. */
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

/** Not an error, because Vitest and AVA can run whole programs in worker threads, which only miss Ctrl-C. */
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
    // Once, because the loop is empty again after what `onGrace` does.
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

/** Calls back when no repeat can come anymore; returns a function that prevents it. */
function afterRepeats(callback: () => void): () => void {
  // While the loop is blocked, repeats wait. The loop takes them before it gets to the immediate.
  return after(repeats, () => setImmediate(callback), false);
}

// Inspecting shows the inner name; the interface has the outer one.
const Terminated = class TerminationError extends Error {
  declare readonly name: 'TerminationError';
  readonly signal: SignalName;

  constructor(signal: SignalName) {
    super(`The process was asked to end by ${signal}.`);
    this.signal = signal;
  }

  static {
    // On the prototype, and before any instance, because V8 writes the name into the stack when the error is made.
    Object.defineProperty(this.prototype, 'name', { value: 'TerminationError', writable: true, configurable: true });
  }
};
