import {
  asyncEntry,
  fresh,
  made,
  madeAsync,
  methodOf,
  refusePromise,
  stopAsync,
  stopSync,
  syncEntry,
  type Entry,
  type Step,
  type SyncEntry,
} from './entry.ts';
import { define, isUnknownOutcome, keepBoth, suppressing, unknownOutcome, withoutOutcome } from './errors.ts';
import { didNotYield, notDisposable, notFunction, notExit, outcomeNotSaid, stackFinished } from './messages.ts';
import type {
  AnsweredValue,
  AsyncContextManager,
  AsyncEnterable,
  ContextManager,
  Enterable,
  Entered,
  EnteredSync,
  ExitAnswer,
  Fallback,
  FallbackSync,
  NotGenerator,
  Suppressed,
  Thrown,
} from './protocol.ts';
import { asyncDispose, dispose } from './symbols.ts';

/** A manager that {@link ExitStack.push} takes: it is entered already. */
export interface Exit {
  exit(thrown?: Thrown): ExitAnswer<unknown>;
}

/** A manager that {@link AsyncExitStack.push} takes: it is entered already. */
export type AsyncExit =
  | { exitAsync(thrown?: Thrown): PromiseLike<ExitAnswer<unknown>> }
  | { exit(thrown?: Thrown): ExitAnswer<unknown> | PromiseLike<ExitAnswer<unknown>> };

/** What an exit suppresses with. */
export type ExitFallback<E> = E extends { exitAsync(thrown?: Thrown): infer Answer }
  ? AnsweredValue<Awaited<Answer>>
  : E extends { exit(thrown?: Thrown): infer Answer }
    ? AnsweredValue<Awaited<Answer>>
    : never;

/** Refuses a manager that may suppress on a stack that is not declared to, in the words that the compiler then shows. */
export type Declared<Given, F> = [Given] extends [F]
  ? unknown
  : 'it may suppress: declare what the block gives then, as in new AsyncExitStack<undefined>()';

/** What a stack has to undo: a manager; a disposal or a callback; or nothing but an await, for `use(null)`. */
interface Held {
  readonly entry?: Entry;
  readonly manager?: unknown;
  readonly disposal?: () => unknown;
}

/** What `move()` hands over. */
interface Pile {
  readonly held: Held[];
  /** Entries that have not settled yet. */
  readonly pending: Set<Promise<unknown>>;
  isUnwound?: true;
}

interface Unwound {
  readonly thrown: Thrown | undefined;
  readonly fallback: Suppressed<unknown> | undefined;
}

/**
 * A dynamic set of managers, disposables and callbacks, undone in reverse order: TC39's `AsyncDisposableStack`, and
 * more, for it sees errors.
 *
 * Entered by `withAsync`, its managers are told how the block ended, and may suppress. Disposed by `await using` it
 * can't know that, so success is said in words: without {@link AsyncExitStack.complete | complete()} the managers are
 * exited with a `ContextManagerError` `ERR_OUTCOME_UNKNOWN`, and a transaction rolls back.
 *
 * It equals nested blocks, made one by one:
 *
 * ```ts no-run: the equivalent
 * await withAsync(first, async (a) => {
 *   await withAsync(second, async (b) => {
 *     // …
 *   });
 * });
 * ```
 *
 * @typeParam F - what the block may give where a manager on the stack suppressed its error
 *
 * @example
 * ```ts
 * import { asyncContextManager, AsyncExitStack, withAsync } from 'withal';
 *
 * const log: string[] = [];
 *
 * const transaction = asyncContextManager(async function* transaction(name: string) {
 *   try {
 *     yield name;
 *   } catch (error) {
 *     log.push(`${name} rolled back`);
 *     throw error;
 *   }
 *   log.push(`${name} committed`);
 * });
 *
 * await withAsync(new AsyncExitStack(), async (stack) => {
 *   for (const name of ['a', 'b']) await stack.enterContext(transaction(name));
 *   stack.defer(() => void log.push('done'));
 * });
 *
 * {
 *   await using stack = new AsyncExitStack();
 *   await stack.enterContext(transaction('c'));
 *   // Without stack.complete() nothing says that the block succeeded.
 * }
 *
 * log; // => ['done', 'b committed', 'a committed', 'c rolled back']
 * ```
 */
export class AsyncExitStack<F = never> implements AsyncContextManager<unknown, F>, AsyncDisposable {
  #pile: Pile | undefined = { held: [], pending: new Set() };
  #isComplete = false;
  #finishing: Promise<unknown> | undefined;

  static {
    define(this.prototype, asyncDispose, this.prototype.disposeAsync);
    define(this.prototype, fresh, asyncStackEntry);
    Object.defineProperty(this.prototype, Symbol.toStringTag, { value: 'AsyncExitStack', configurable: true });
  }

  /** The same function as {@link AsyncExitStack.disposeAsync}. */
  declare [Symbol.asyncDispose]: () => Promise<void>;

  /** Whether the stack is finished: exited, disposed or moved. */
  get disposed(): boolean {
    return this.#pile === undefined;
  }

  /**
   * Takes a disposable, and disposes it in turn. Null and undefined are left alone.
   *
   * @param value - an async disposable or a disposable
   * @returns the value
   * @throws ReferenceError if the stack is finished
   * @throws TypeError if the value is no disposable
   */
  use<T extends AsyncDisposable | Disposable | null | undefined>(value: T): T {
    const { held } = this.#open('use', value);
    held.push(isMissing(value) ? {} : { disposal: asyncDisposal(value) });
    return value;
  }

  /**
   * Takes a value with a function that disposes it.
   *
   * @param value - anything
   * @param onDisposeAsync - called with the value in turn, and awaited
   * @returns the value
   * @throws ReferenceError if the stack is finished
   * @throws TypeError if `onDisposeAsync` is no function
   */
  adopt<T>(value: T, onDisposeAsync: (value: T) => PromiseLike<void> | void): T {
    const { held } = this.#open('adopt', value);
    assertFunction('adopt', onDisposeAsync);
    held.push({ disposal: () => onDisposeAsync.call(undefined, value) });
    return value;
  }

  /**
   * Takes a callback.
   *
   * @param onDisposeAsync - called in turn, and awaited; what it returns suppresses nothing
   * @throws ReferenceError if the stack is finished
   * @throws TypeError if `onDisposeAsync` is no function
   */
  defer(onDisposeAsync: () => PromiseLike<void> | void): void {
    const { held } = this.#open('defer', onDisposeAsync);
    assertFunction('defer', onDisposeAsync);
    held.push({ disposal: () => onDisposeAsync.call(undefined) });
  }

  /**
   * Enters a manager, and exits it in turn. An entry still pending when the stack finishes is waited for, and exited too.
   *
   * @param manager - whatever `withAsync` takes
   * @returns what entering gave
   * @throws ReferenceError if the stack is finished; nothing is entered then
   * @throws TypeError if it can't be entered
   * @throws whatever entering throws
   */
  async enterContext<M extends AsyncEnterable>(
    manager: M & NotGenerator<M> & Declared<Fallback<M>, F>,
  ): Promise<Awaited<Entered<M>>> {
    const pile = this.#open('enterContext', manager);
    const entry = asyncEntry(manager, 'enterContext()');
    const { promise, settle } = deferred();
    // Before the entry, for its setup may finish this stack.
    pile.pending.add(promise);
    try {
      const value = await enterOn(pile, entry, manager);
      this.#isComplete = false;
      return value as Awaited<Entered<M>>;
    } finally {
      pile.pending.delete(promise);
      settle();
    }
  }

  /**
   * Takes an exit without an entry.
   *
   * @param exit - a manager that is entered already, or a function that is told how the block ended and may suppress
   * @returns what was given
   * @throws ReferenceError if the stack is finished
   * @throws TypeError if it is neither
   */
  push<A extends ExitAnswer<unknown> | PromiseLike<ExitAnswer<unknown>>>(
    exit: (thrown?: Thrown) => A & Declared<AnsweredValue<Awaited<A>>, F>,
  ): (thrown?: Thrown) => A;
  push<E extends AsyncExit>(exit: E & Declared<ExitFallback<E>, F>): E;
  push(exit: unknown): unknown {
    const { held } = this.#open('push', exit);
    held.push({ entry: exitAloneAsync(methodOf(exit, 'exitAsync') ?? methodOf(exit, 'exit') ?? exitFunction(exit)) });
    this.#isComplete = false;
    return exit;
  }

  /**
   * Says that the block succeeded, where the stack is disposed and not exited. Entering a manager afterwards takes it back.
   *
   * @param result - anything
   * @returns the result, so that `return stack.complete(rows)` reads well
   * @throws ReferenceError if the stack is finished
   */
  complete(): void;
  complete<T>(result: T): T;
  complete(result?: unknown): unknown {
    this.#open('complete', result);
    this.#isComplete = true;
    return result;
  }

  /**
   * Moves everything to a new stack, entries still pending too, and finishes this one. It carries no `complete()`.
   *
   * @returns the new stack
   * @throws ReferenceError if the stack is finished
   */
  move(): AsyncExitStack<F> {
    const pile = this.#open('move', undefined);
    const moved = new AsyncExitStack<F>();
    moved.#pile = pile;
    this.#pile = undefined;
    return moved;
  }

  /** Gives the stack itself. */
  enterAsync(): Promise<this> {
    return new Promise((resolve) => {
      this.#open('enterAsync', undefined);
      resolve(this);
    });
  }

  /**
   * Exits everything now: successfully, or with the error of the block. While the stack is finishing it waits for that.
   *
   * @param thrown - a box with the error of the block
   * @returns the fallback, if a manager suppressed the error
   * @throws whatever the exits throw, with all errors kept
   */
  async exitAsync(thrown?: Thrown): Promise<ExitAnswer<F>> {
    const pile = this.#take();
    if (pile) return (await this.#finish(pile, false, thrown, (unwound) => answered(unwound, thrown))) as ExitAnswer<F>;
    await this.#finishing;
    return undefined;
  }

  /**
   * Undoes everything. Managers are exited successfully after `complete()`, and else with `ERR_OUTCOME_UNKNOWN`.
   *
   * @throws whatever the exits and disposals throw, with all errors kept
   */
  disposeAsync(): Promise<void> {
    try {
      const pile = this.#take();
      if (!pile) return Promise.resolve();
      // An entry still pending is a manager entered after complete().
      const isUnknown = !this.#isComplete || pile.pending.size > 0;
      return this.#finish(pile, isUnknown, undefined, concluded) as Promise<void>;
    } catch (error) {
      return Promise.reject(error);
    }
  }

  #open(method: string, given: unknown): Pile {
    if (!this.#pile) throw stackFinished('an AsyncExitStack', method, given);
    return this.#pile;
  }

  #take(): Pile | undefined {
    const pile = this.#pile;
    this.#pile = undefined;
    return pile;
  }

  #finish(
    pile: Pile,
    isUnknown: boolean,
    thrown: Thrown | undefined,
    conclude: (unwound: Unwound) => unknown,
  ): Promise<unknown> {
    const { promise, settle } = deferred();
    this.#finishing = promise;
    return finishAsync(pile, isUnknown, thrown, (unwound) => {
      settle();
      return conclude(unwound);
    });
  }
}

/**
 * {@link AsyncExitStack} for what is done when it returns: TC39's `DisposableStack`, and more.
 *
 * @typeParam F - what the block may give where a manager on the stack suppressed its error
 *
 * @example
 * ```ts
 * import { ExitStack, withSync } from 'withal';
 *
 * const log: string[] = [];
 *
 * withSync(new ExitStack(), (stack) => {
 *   stack.defer(() => void log.push('first'));
 *   stack.defer(() => void log.push('second'));
 *   log.push('body');
 * });
 *
 * log; // => ['body', 'second', 'first']
 * ```
 */
export class ExitStack<F = never> implements ContextManager<unknown, F>, Disposable {
  #pile: Pile | undefined = { held: [], pending: new Set() };
  #isComplete = false;

  static {
    define(this.prototype, dispose, this.prototype.dispose);
    define(this.prototype, fresh, stackEntry);
    Object.defineProperty(this.prototype, Symbol.toStringTag, { value: 'ExitStack', configurable: true });
  }

  /** The same function as {@link ExitStack.dispose}. */
  declare [Symbol.dispose]: () => void;

  /** Whether the stack is finished: exited, disposed or moved. */
  get disposed(): boolean {
    return this.#pile === undefined;
  }

  /**
   * Takes a disposable, and disposes it in turn. Null and undefined are left alone.
   *
   * @param value - a disposable
   * @returns the value
   * @throws ReferenceError if the stack is finished
   * @throws TypeError if the value is no disposable
   */
  use<T extends Disposable | null | undefined>(value: T): T {
    const { held } = this.#open('use', value);
    if (!isMissing(value)) held.push({ disposal: disposalOf(value, dispose) ?? refuse(value) });
    return value;
  }

  /**
   * Takes a value with a function that disposes it.
   *
   * @param value - anything
   * @param onDispose - called with the value in turn
   * @returns the value
   * @throws ReferenceError if the stack is finished
   * @throws TypeError if `onDispose` is no function
   */
  adopt<T>(value: T, onDispose: (value: T) => void): T {
    const { held } = this.#open('adopt', value);
    assertFunction('adopt', onDispose);
    held.push({ disposal: () => onDispose.call(undefined, value) });
    return value;
  }

  /**
   * Takes a callback.
   *
   * @param onDispose - called in turn; what it returns suppresses nothing
   * @throws ReferenceError if the stack is finished
   * @throws TypeError if `onDispose` is no function
   */
  defer(onDispose: () => void): void {
    const { held } = this.#open('defer', onDispose);
    assertFunction('defer', onDispose);
    held.push({ disposal: () => onDispose.call(undefined) });
  }

  /**
   * Enters a manager, and exits it in turn.
   *
   * @param manager - whatever `withSync` takes
   * @returns what entering gave
   * @throws ReferenceError if the stack is finished; nothing is entered then
   * @throws TypeError if it can't be entered
   * @throws whatever entering throws
   */
  enterContext<M extends Enterable>(manager: M & NotGenerator<M> & Declared<FallbackSync<M>, F>): EnteredSync<M> {
    const pile = this.#open('enterContext', manager);
    const entry = syncEntry(manager, 'enterContext()');
    const { value, done } = entry.next();
    if (done) throw didNotYield(manager);
    pile.held.push({ entry, manager });
    if (pile.isUnwound) return this.#refuse(pile, manager);
    this.#isComplete = false;
    return value as EnteredSync<M>;
  }

  /**
   * Takes an exit without an entry.
   *
   * @param exit - a manager that is entered already, or a function that is told how the block ended and may suppress
   * @returns what was given
   * @throws ReferenceError if the stack is finished
   * @throws TypeError if it is neither
   */
  push<A extends ExitAnswer<unknown>>(
    exit: (thrown?: Thrown) => A & Declared<AnsweredValue<A>, F>,
  ): (thrown?: Thrown) => A;
  push<E extends Exit>(exit: E & Declared<ExitFallback<E>, F>): E;
  push(exit: unknown): unknown {
    const { held } = this.#open('push', exit);
    held.push({ entry: exitAloneSync(methodOf(exit, 'exit') ?? exitFunction(exit)) });
    this.#isComplete = false;
    return exit;
  }

  /**
   * Says that the block succeeded, where the stack is disposed and not exited. Entering a manager afterwards takes it back.
   *
   * @param result - anything
   * @returns the result, so that `return stack.complete(rows)` reads well
   * @throws ReferenceError if the stack is finished
   */
  complete(): void;
  complete<T>(result: T): T;
  complete(result?: unknown): unknown {
    this.#open('complete', result);
    this.#isComplete = true;
    return result;
  }

  /**
   * Moves everything to a new stack, and finishes this one. It carries no `complete()`.
   *
   * @returns the new stack
   * @throws ReferenceError if the stack is finished
   */
  move(): ExitStack<F> {
    const pile = this.#open('move', undefined);
    const moved = new ExitStack<F>();
    moved.#pile = pile;
    this.#pile = undefined;
    return moved;
  }

  /** Gives the stack itself. */
  enter(): this {
    this.#open('enter', undefined);
    return this;
  }

  /**
   * Exits everything now: successfully, or with the error of the block.
   *
   * @param thrown - a box with the error of the block
   * @returns the fallback, if a manager suppressed the error
   * @throws whatever the exits throw, with all errors kept
   */
  exit(thrown?: Thrown): ExitAnswer<F> {
    const pile = this.#take();
    return pile && (answered(finishSync(pile, false, thrown), thrown) as ExitAnswer<F>);
  }

  /**
   * Undoes everything. Managers are exited successfully after `complete()`, and else with `ERR_OUTCOME_UNKNOWN`.
   *
   * @throws whatever the exits and disposals throw, with all errors kept
   */
  dispose(): void {
    const pile = this.#take();
    if (pile) concluded(finishSync(pile, !this.#isComplete, undefined));
  }

  /** The setup of the manager finished this stack: what it entered is exited at once. */
  #refuse(pile: Pile, manager: unknown): never {
    concluded(finishSync(pile, true, undefined));
    throw stackFinished('an ExitStack', 'enterContext', manager);
  }

  #open(method: string, given: unknown): Pile {
    if (!this.#pile) throw stackFinished('an ExitStack', method, given);
    return this.#pile;
  }

  #take(): Pile | undefined {
    const pile = this.#pile;
    this.#pile = undefined;
    return pile;
  }
}

/** A stack keeps both errors by itself: one that a manager on it suppressed stays out of what the block throws. */
function asyncStackEntry(this: AsyncExitStack): Entry {
  const entry = madeAsync(
    true,
    () => this.enterAsync(),
    (thrown) => this.exitAsync(thrown),
  );
  return { ...entry, keepsErrors: true };
}

function stackEntry(this: ExitStack): Entry {
  const entry = made(
    () => this.enter(),
    (thrown) => this.exit(thrown),
  );
  return { ...entry, keepsErrors: true };
}

async function enterOn({ held }: Pile, entry: Entry, manager: unknown): Promise<unknown> {
  const { value, done } = await entry.next();
  if (done) throw didNotYield(manager);
  held.push({ entry, manager });
  return value;
}

async function finishAsync(
  pile: Pile,
  isUnknown: boolean,
  thrown: Thrown | undefined,
  conclude: (unwound: Unwound) => unknown,
): Promise<unknown> {
  while (pile.pending.size > 0) await Promise.allSettled(pile.pending);
  const steps = unwinding(pile, stopAsync, isUnknown, thrown);
  let step = steps.next();
  while (!step.done) {
    try {
      step = steps.next(await step.value);
    } catch (error) {
      step = steps.throw(error);
    }
  }
  return conclude(step.value);
}

function finishSync(pile: Pile, isUnknown: boolean, thrown: Thrown | undefined): Unwound {
  const steps = unwinding(pile, stopSync, isUnknown, thrown);
  let step = steps.next();
  while (!step.done) step = steps.next(step.value);
  return step.value;
}

/** One unwinding for both kinds of stack. It yields what an async stack awaits, and is sent what came of that. */
function* unwinding(
  pile: Pile,
  stop: typeof stopAsync | typeof stopSync,
  isUnknown: boolean,
  given: Thrown | undefined,
): Generator<unknown, Unwound, unknown> {
  // A stack on another stack may be told that the outcome is unknown: here too nobody can suppress that.
  let unknown = given && isUnknownOutcome(given) ? given : undefined;
  let thrown = unknown ? undefined : given;
  let fallback: Suppressed<unknown> | undefined;
  let isAwaited = false;
  let isAwaitOwed = false;
  pile.isUnwound = true;
  for (let item = pile.held.pop(); item; item = pile.held.pop()) {
    const { entry, manager, disposal } = item;
    try {
      if (entry) {
        // Made only for a manager: what TC39's stacks can hold notices nothing of it.
        if (isUnknown) unknown ??= unknownOutcome(outcomeNotSaid());
        const told = thrown ?? unknown;
        const step = (yield told ? entry.throw(told.error) : entry.next()) as Step;
        if (!step.done) yield stop(entry as SyncEntry, manager, thrown);
        if (thrown) [fallback, thrown] = [{ value: step.value }, undefined];
      } else if (disposal) {
        const reply = disposal();
        isAwaited = true;
        yield reply;
      } else {
        isAwaitOwed = true;
      }
    } catch (error) {
      const left = unknown ? withoutOutcome(error, unknown.error) : { error };
      if (left) thrown = { error: joined(entry, left.error, thrown) };
    }
  }
  // TC39's stack awaits once for `use(null)`, unless it awaited something else.
  if (isAwaitOwed && !isAwaited) yield undefined;
  return { thrown, fallback };
}

/** What to throw on where an exit or a disposal threw the error. */
function joined(entry: Entry | undefined, error: unknown, thrown: Thrown | undefined): unknown {
  if (!entry) return suppressing(error, thrown);
  return entry.keepsErrors ? error : keepBoth(error, thrown);
}

function deferred(): { promise: Promise<void>; settle: () => void } {
  let settle!: () => void;
  const promise = new Promise<void>((resolve) => {
    settle = resolve;
  });
  return { promise, settle };
}

function concluded({ thrown }: Unwound): void {
  if (thrown) throw thrown.error;
}

function answered({ thrown, fallback }: Unwound, given: Thrown | undefined): ExitAnswer<unknown> {
  if (thrown && given && Object.is(thrown.error, given.error)) return false;
  if (thrown) throw thrown.error;
  return given && fallback;
}

/** An entry that has only its exit left. */
function exitAloneAsync(exit: (thrown?: Thrown) => unknown): Entry {
  const entry = madeAsync(false, () => undefined, exit);
  void entry.next();
  return entry;
}

function exitAloneSync(exit: (thrown?: Thrown) => unknown): Entry {
  const entry = made(
    () => undefined,
    (thrown) => refusePromise(exit(thrown)),
  );
  entry.next();
  return entry;
}

function exitFunction(exit: unknown): (thrown?: Thrown) => unknown {
  if (typeof exit !== 'function') throw notExit(exit);
  return exit as (thrown?: Thrown) => unknown;
}

function asyncDisposal(value: object): () => unknown {
  return disposalOf(value, asyncDispose) ?? rejecting(disposalOf(value, dispose)) ?? refuse(value);
}

/** As TC39 has it: what a sync disposal returns is not awaited, and what it throws is a rejection. */
function rejecting(disposal: (() => unknown) | undefined): (() => Promise<void>) | undefined {
  return disposal && (async () => void disposal());
}

function refuse(value: unknown): never {
  throw notDisposable(value);
}

/** As with `using`, null and undefined stand for no resource. */
function isMissing(value: unknown): value is null | undefined {
  return value === null || value === undefined;
}

function assertFunction(method: string, given: unknown): void {
  if (typeof given !== 'function') throw notFunction(method, given);
}

/** As TC39 has it: a method that is null is none, one that is no function is refused. */
function disposalOf(value: object, key: typeof dispose | typeof asyncDispose): (() => unknown) | undefined {
  if (Object(value) !== value) return undefined;
  const method = (value as Record<PropertyKey, unknown>)[key];
  if (method === undefined || method === null) return undefined;
  if (typeof method !== 'function') throw notDisposable(value);
  return () => method.call(value) as unknown;
}
