import { isGenerator, isObject, isThenable, markHandled } from './describe.ts';
import { keepBoth, suppressing } from './errors.ts';
import { didNotStop, didNotYield, exitReturnedPromise, notEnterable } from './messages.ts';
import { isAsyncContextManager, isContextManager, type Thrown } from './protocol.ts';
import { asyncDispose, dispose } from './symbols.ts';

/**
 * One entry and exit, as a generator that yields once: the first `next()` enters, a second `next()` or a `throw()`
 * exits. The entry of a generator manager is its generator, so that driving one costs nothing more than the other.
 */
export interface Entry {
  next(): Step | Promise<Step>;
  throw(error: unknown): Step | Promise<Step>;
  return?(value?: undefined): Step | Promise<Step>;
  /** Whether the errors that leave it hold those that they replaced, or were meant to leave them behind. */
  keepsErrors?: true;
}

export interface SyncEntry extends Entry {
  next(): Step;
  throw(error: unknown): Step;
  return?(value?: undefined): Step;
}

export type Step = IteratorResult<unknown, unknown>;

/**
 * Where a manager of this package keeps the maker of a fresh {@link Entry}, so that it can be entered many times at
 * once. The symbol is registered, for the ES module and the CommonJS copy of this package may meet.
 */
export const fresh: unique symbol = Symbol.for('withal.fresh');

/** Where a request to enter another manager keeps how; see `enter`. Registered for the same reason. */
export const takeOver: unique symbol = Symbol.for('withal.enter');

/** What a generator yields for its driver, and not for the block. */
export interface Request {
  /**
   * Gives the entry to drive in place of the one that asked. Its next step enters; where that one asked while it exited,
   * or was being closed, its next step or `throw()` goes on with that.
   */
  [takeOver](entry: Entry, manager: unknown, isClosing?: boolean): Composed;
}

/** What is driven in place of a generator that asked. */
export interface Composed extends Entry {
  /** Enters, runs the body and exits, for `withAsync`. */
  block(body: Body): Promise<unknown>;
}

export type Body = (value: unknown) => unknown;

/** Not by its property alone: a proxy may say that it has any, or object to the question. */
export function isRequest(value: unknown): value is Request {
  try {
    return isObject(value) && takeOver in value && typeof value[takeOver] === 'function';
  } catch {
    return false;
  }
}

/** An {@link Entry} of whatever `withSync` takes. Nothing is entered yet. */
export function syncEntry(value: unknown, caller: string, asyncForm = 'withAsync()'): SyncEntry {
  const own = isContextManager(value) ? freshEntry(value, true) : undefined;
  const entry = own ?? managerEntry(value) ?? disposableEntry(value);
  if (entry) return entry as SyncEntry;
  throw notEnterable(
    caller,
    value,
    isAsyncContextManager(value) || methodOf(value, asyncDispose) ? `Did you mean ${asyncForm}?` : undefined,
  );
}

/** An {@link Entry} of whatever `withAsync` takes. Nothing is entered yet. */
export function asyncEntry(value: unknown, caller: string): Entry {
  const entry =
    // eslint-disable-next-line @typescript-eslint/no-unnecessary-condition -- it knows of no optional unique symbol
    (value as Fresh | undefined)?.[fresh]?.() ??
    asyncManagerEntry(value, 'enterAsync', 'exitAsync') ??
    asyncManagerEntry(value, 'enter', 'exit') ??
    asyncDisposableEntry(value);
  if (entry) return entry;
  throw notEnterable(caller, value);
}

/** Of a manager of this package that can be entered many times at once. */
export function freshEntry(manager: object, isSync?: true): Entry | undefined {
  return (manager as Fresh)[fresh]?.(isSync);
}

interface Fresh {
  [fresh]?(isSync?: true): Entry;
}

/** The entry of an object that has `enterAsync` and `exitAsync`, or `enter` and `exit`. */
export function asyncManagerEntry(manager: unknown, enterName: string, exitName: string): Entry | undefined {
  const enter = methodOf(manager, enterName);
  const exit = methodOf(manager, exitName);
  return enter && exit && madeAsync(enterName !== 'enter', enter, exit);
}

/** Enters: gives the value for the block, and the entry to exit. */
export async function begunAsync(entry: Entry, manager: unknown): Promise<Begun<Entry>> {
  let step = await entry.next();
  if (isRequest(step.value)) {
    entry = step.value[takeOver](entry, manager);
    step = await entry.next();
  }
  if (step.done) throw didNotYield(manager);
  return { entry, value: step.value };
}

/** {@link begunAsync} for a synchronous driver. */
export function begunSync(entry: SyncEntry, manager: unknown): Begun<SyncEntry> {
  let step = entry.next();
  if (isRequest(step.value)) {
    entry = step.value[takeOver](entry, manager) as SyncEntry;
    step = entry.next();
  }
  if (step.done) throw didNotYield(manager);
  return { entry, value: step.value };
}

interface Begun<E> {
  readonly entry: E;
  readonly value: unknown;
}

/** The step that exits. */
export function leave(entry: SyncEntry, thrown: Thrown | undefined): Step;
export function leave(entry: Entry, thrown: Thrown | undefined): Step | Promise<Step>;
export function leave(entry: Entry, thrown: Thrown | undefined): Step | Promise<Step> {
  return thrown ? entry.throw(thrown.error) : entry.next();
}

/**
 * Ends an entry that gave another step: once, where it yielded again; should it yield even then, it is left where it is.
 * `kept` is the block's error, and `told` what the entry was told, where that is something else.
 */
export async function stopAsync(
  entry: Entry,
  manager: unknown,
  step: Step,
  kept: Thrown | undefined,
  told: Thrown | undefined = kept,
): Promise<Step> {
  const isClosing = !isRequest(step.value);
  let last: Step | undefined = step;
  let cause = kept;
  try {
    if (isClosing) last = await entry.return?.();
  } catch (error) {
    cause = { error: suppressing(error, kept) };
  }
  if (isRequest(last?.value)) return leave(last.value[takeOver](entry, manager, isClosing), told);
  throw didNotStop(manager, cause);
}

/** {@link stopAsync} for a synchronous driver. */
export function stopSync(
  entry: SyncEntry,
  manager: unknown,
  step: Step,
  kept: Thrown | undefined,
  told: Thrown | undefined = kept,
): Step {
  const isClosing = !isRequest(step.value);
  let last: Step | undefined = step;
  let cause = kept;
  try {
    if (isClosing) last = entry.return?.();
  } catch (error) {
    cause = { error: suppressing(error, kept) };
  }
  if (isRequest(last?.value)) return leave(last.value[takeOver](entry, manager, isClosing) as SyncEntry, told);
  throw didNotStop(manager, cause);
}

/** Whether {@link syncEntry} takes the value. To make an entry would call the generator function of a manager. */
export function isSyncEnterable(value: unknown): boolean {
  return !isGenerator(value) && (isContextManager(value) || methodOf(value, dispose) !== undefined);
}

/** Whether {@link asyncEntry} takes the value. */
export function isEnterable(value: unknown): boolean {
  return (
    // First, for it is the quickest to ask, and `enter` asks on each entry.
    typeof (value as Fresh | undefined)?.[fresh] === 'function' ||
    isAsyncContextManager(value) ||
    isSyncEnterable(value) ||
    methodOf(value, asyncDispose) !== undefined
  );
}

/**
 * Exits, and gives the fallback. An error that leaves is joined by `kept`: the block's error, where the caller is to see
 * that too.
 */
export type ExitAsync = (thrown: Thrown | undefined, kept: Thrown | undefined) => Promise<unknown>;

export type ExitSync = (thrown: Thrown | undefined, kept: Thrown | undefined) => unknown;

/** Enters for a driver whose block is no function, and gives the way out. */
export async function enteredAsync(manager: unknown): Promise<ExitAsync> {
  const { entry } = await begunAsync(asyncEntry(manager, 'the decorator'), manager);
  return async (thrown, kept) => {
    try {
      const step = await leave(entry, thrown);
      return (step.done ? step : await stopAsync(entry, manager, step, kept, thrown)).value;
    } catch (error) {
      throw entry.keepsErrors ? error : keepBoth(error, kept);
    }
  };
}

/** {@link enteredAsync} for a synchronous driver. */
export function enteredSync(manager: unknown): ExitSync {
  const { entry } = begunSync(syncEntry(manager, 'the decorator'), manager);
  return (thrown, kept) => {
    try {
      const step = leave(entry, thrown);
      return (step.done ? step : stopSync(entry, manager, step, kept, thrown)).value;
    } catch (error) {
      throw entry.keepsErrors ? error : keepBoth(error, kept);
    }
  };
}

function managerEntry(manager: unknown): SyncEntry | undefined {
  if (!isObject(manager) || isGenerator(manager)) return undefined;
  const { enter, exit } = manager;
  if (typeof enter !== 'function' || typeof exit !== 'function') return undefined;
  return new ManagerEntry(manager, enter as Enter, exit as Exit);
}

/** A class, for closures over the methods would cost three times what all the rest does. They are those that were checked. */
class ManagerEntry implements SyncEntry {
  private readonly manager: unknown;
  private readonly enter: Enter;
  private readonly exit: Exit;
  private isEntered = false;

  constructor(manager: unknown, enter: Enter, exit: Exit) {
    this.manager = manager;
    this.enter = enter;
    this.exit = exit;
  }

  next(): Step {
    if (this.isEntered) return { done: true, value: void refusePromise(Reflect.apply(this.exit, this.manager, [])) };
    this.isEntered = true;
    return { done: false, value: Reflect.apply(this.enter, this.manager, []) };
  }

  throw(error: unknown): Step {
    return suppressed(error, refusePromise(Reflect.apply(this.exit, this.manager, [{ error }])));
  }
}

function disposableEntry(resource: unknown): SyncEntry | undefined {
  const disposal = methodOf(resource, dispose);
  return (
    disposal &&
    made(
      () => resource,
      (thrown) => {
        try {
          disposal();
        } catch (error) {
          throw suppressing(error, thrown);
        }
      },
    )
  );
}

function asyncDisposableEntry(resource: unknown): Entry | undefined {
  const asyncDisposal = methodOf(resource, asyncDispose);
  const disposal = asyncDisposal ?? methodOf(resource, dispose);
  return (
    disposal &&
    madeAsync(
      false,
      () => resource,
      async (thrown) => {
        try {
          // As in `await using`, what a synchronous disposal returns is not awaited.
          await (asyncDisposal ? disposal() : void disposal());
        } catch (error) {
          throw suppressing(error, thrown);
        }
      },
    )
  );
}

type Enter = () => unknown;

type Exit = (thrown?: Thrown) => unknown;

export function made(enter: Enter, exit: Exit): SyncEntry {
  let isEntered = false;
  return {
    next() {
      if (isEntered) return { done: true, value: void exit() };
      isEntered = true;
      return { done: false, value: enter() };
    },
    throw: (error) => suppressed(error, exit({ error })),
  };
}

/** A promise that `enter` gives is awaited only where that is asked for; else it is the block's value, as it is. */
export function madeAsync(isAwaited: boolean, enter: Enter, exit: Exit): Entry {
  let isEntered = false;
  return {
    async next() {
      if (isEntered) return { done: true, value: void (await exit()) };
      isEntered = true;
      return { done: false, value: isAwaited ? await enter() : enter() };
    },
    throw: async (error) => suppressed(error, await exit({ error })),
  };
}

/** How an entry ends by a manager's answer: nothing but `true` and a box with a value suppresses the error. */
function suppressed(error: unknown, answer: unknown): Step {
  if (answer === true || (isObject(answer) && 'value' in answer))
    return { done: true, value: (answer as { value?: unknown }).value };
  throw error;
}

/** From Node 24 on generators are disposables; but disposing one is no way to run it. */
export function methodOf(value: unknown, key: PropertyKey): Exit | undefined {
  const method = isObject(value) && !isGenerator(value) && value[key];
  // To bind it would take a third of what the whole entry and exit takes.
  return typeof method === 'function' ? (...args) => Reflect.apply(method, value, args) as unknown : undefined;
}

export function refusePromise(answer: unknown): unknown {
  if (!isThenable(answer)) return answer;
  markHandled(answer);
  throw exitReturnedPromise(answer);
}
