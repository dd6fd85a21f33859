import type { AsyncContextManager, ContextManager, ExitAnswer, Thrown } from '../protocol.ts';
import { isError } from '../support/describe.ts';
import { alreadyEntered, notEntered, notThrown } from '../support/messages.ts';
import { inspect } from '../support/symbols.ts';
import { observed, slot } from './observer.ts';
import { beginAsync, beginSync, finishAsync, finishSync, newRun, type Run, type SyncRun } from './run.ts';

/** A function that starts a run, as a generator function does. */
export type StartRun = (this: never, ...args: never) => unknown;

/** Makes a manager from a function that starts runs. */
export type MakeManager<M> = (start: StartRun, self: unknown, args: unknown[]) => M;

export const makeAsyncManager: MakeManager<AsyncContextManager<unknown, unknown>> = (start, self, args) =>
  new AsyncManager(start, self, args);

export const makeSyncManager: MakeManager<ContextManager<unknown, unknown>> = (start, self, args) =>
  new SyncManager(start, self, args);

/** What is shown of a manager: its name and state. */
interface Shown {
  readonly manager: string;
  /** Whether it is entered by hand. Drivers enter it in runs of their own. */
  readonly isEntered: boolean;
}

/**
 * A function that starts runs, with the `this` and the arguments of one call: a manager that can be entered many times.
 */
abstract class Manager {
  // Plain properties, because making an object with #private ones takes a third of the time of a whole sync entry and
  // exit.
  readonly fn: StartRun;
  private readonly self: unknown;
  private readonly args: unknown[];

  constructor(fn: StartRun, self: unknown, args: unknown[]) {
    this.fn = fn;
    this.self = self;
    this.args = args;
    slot.observer?.owe(this);
  }

  /** What `JSON.stringify` and test runners show: never the arguments, which may contain a password. */
  toJSON(): Shown {
    return { manager: this.fn.name, isEntered: runsByHand.has(this) };
  }

  /** What `console.log` shows. */
  [inspect](): Shown {
    return this.toJSON();
  }

  // On the prototype, so that an object that a manager is spread into isn't entered in its place.
  [newRun](): Run {
    return Reflect.apply(this.fn, this.self as never, this.args as never) as Run;
  }
}

class SyncManager extends Manager implements ContextManager<unknown, unknown> {
  enter(): unknown {
    reserve(this);
    try {
      const { run, value } = beginSync(observed(this[newRun]() as SyncRun, this, 'enter()', true), this);
      runsByHand.set(this, run);
      return value;
    } catch (error) {
      runsByHand.delete(this);
      throw error;
    }
  }

  exit(thrown?: Thrown): ExitAnswer<unknown> {
    const run = take(this, thrown) as SyncRun;
    try {
      const { value } = finishSync(run, this, thrown);
      return thrown && { value };
    } catch (error) {
      return answerThrow(error, thrown);
    } finally {
      runsByHand.delete(this);
    }
  }
}

class AsyncManager extends Manager implements AsyncContextManager<unknown, unknown> {
  async enterAsync(): Promise<unknown> {
    reserve(this);
    try {
      const { run, value } = await beginAsync(observed(this[newRun](), this, 'enterAsync()'), this);
      runsByHand.set(this, run);
      return value;
    } catch (error) {
      runsByHand.delete(this);
      throw error;
    }
  }

  async exitAsync(thrown?: Thrown): Promise<ExitAnswer<unknown>> {
    const run = take(this, thrown);
    try {
      const { value } = await finishAsync(run, this, thrown);
      return thrown && { value };
    } catch (error) {
      return answerThrow(error, thrown);
    } finally {
      runsByHand.delete(this);
    }
  }
}

/** The run that a manager holds by hand. Kept apart, so that a frozen manager can be entered. */
const runsByHand = /* @__PURE__ */ new WeakMap<Manager, Run | typeof busy>();

const busy = 'busy';

function reserve(manager: Manager): void {
  if (runsByHand.has(manager)) throw alreadyEntered(manager);
  runsByHand.set(manager, busy);
}

function take(manager: Manager, thrown: Thrown | undefined): Run {
  assertThrown(manager, thrown);
  const run = runsByHand.get(manager);
  if (!run || run === busy) throw notEntered(manager);
  runsByHand.set(manager, busy);
  return run;
}

/** Refuses an error that isn't in an object, and also a `SuppressedError`, although it has an `error`. */
function assertThrown(manager: unknown, thrown: unknown): void {
  if (thrown !== undefined && (isError(thrown) || !('error' in Object(thrown)))) throw notThrown(manager, thrown);
}

/** A caller who exits by hand already has the block's error; only a different error is thrown. */
function answerThrow(error: unknown, thrown: Thrown | undefined): false {
  if (thrown && Object.is(error, thrown.error)) return false;
  throw error;
}
