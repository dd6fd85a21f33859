import { adaptAsync, methodOf, runOfAsync } from './engine/adapt.ts';
import { held, owe, settle } from './engine/observer.ts';
import { answer, isRequest, newRun, type Run } from './engine/run.ts';
import {
  answerExit,
  assertFunction,
  assertSettled,
  disposalOf,
  exitFunction,
  isMissing,
  refuse,
  throwAny,
  type Allowed,
  type ExitFallback,
  type Unsettled,
} from './engine/stack.ts';
import { unwindAsync, type Exits, type Unwound } from './engine/unwind.ts';
import type { AnsweredValue, AsyncContextManager, Entered, ExitAnswer, Fallback, Thrown } from './protocol.ts';
import { define } from './support/define.ts';
import { isObject, isThenable } from './support/describe.ts';
import { didNotYield, stackAlreadyEntered, stackFinished } from './support/messages.ts';
import type { TakenAsync } from './support/slips.ts';
import { asyncDispose, dispose, inspect } from './support/symbols.ts';

/** What {@link AsyncExitStack.push} takes besides functions: a manager that is already entered. */
export type AsyncExit =
  | { exitAsync(thrown?: Thrown): PromiseLike<ExitAnswer<unknown>> }
  | { exit(thrown?: Thrown): ExitAnswer<unknown> | PromiseLike<ExitAnswer<unknown>> };

type AsyncExits = Required<Pick<Exits, 'pending'>> & Exits;

/**
 * A dynamic set of managers, disposables and callbacks, undone in reverse order. It works like TC39's
 * `AsyncDisposableStack`, and it also sees errors.
 *
 * When `withAsync` enters the stack, its managers learn how the block ended, and may suppress its error. `await using`
 * can't tell them, so declare success with {@link AsyncExitStack.complete | complete()}. Without it the managers exit with
 * a `ContextManagerError` `ERR_OUTCOME_UNKNOWN`, and a transaction rolls back.
 *
 * It's equivalent to nested blocks, built at run time:
 *
 * ```ts no-run: the equivalent
 * await withAsync(first, async (a) => {
 *   await withAsync(second, async (b) => {
 *     // …
 *   });
 * });
 * ```
 *
 * @typeParam F - the block's value if a manager on the stack suppresses its error
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
 *     log.push(`${name} committed`);
 *   } catch (error) {
 *     log.push(`${name} rolled back`);
 *     throw error;
 *   }
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
 *   // There's no stack.complete(), so the stack doesn't know that the block succeeded.
 * }
 *
 * log; // => ['done', 'b committed', 'a committed', 'c rolled back']
 * ```
 */
export class AsyncExitStack<F = never> implements AsyncContextManager<unknown, F>, AsyncDisposable {
  static {
    define(this.prototype, asyncDispose, this.prototype.disposeAsync);
    define(this.prototype, newRun, stackRun);
    define(this.prototype, inspect, show);
    Object.defineProperty(this.prototype, Symbol.toStringTag, { value: 'AsyncExitStack', configurable: true });
  }

  /** The same function as {@link AsyncExitStack.disposeAsync}. */
  declare [Symbol.asyncDispose]: () => Promise<void>;

  constructor() {
    (this as { [state]?: State })[state] = { exits: { items: [], pending: 0 }, isEntered: false };
    // As TC39 has it. A class would fall back on Object.prototype.
    if (!isObject(new.target.prototype)) Object.setPrototypeOf(this, AsyncExitStack.prototype);
  }

  /** Whether the stack is finished: exited, disposed or moved. */
  get disposed(): boolean {
    return stateOf(this).exits === undefined;
  }

  /**
   * Adds a disposable, which the stack disposes of when it ends. Ignores null and undefined.
   *
   * @param value - an async disposable or a disposable
   * @returns the value
   * @throws ReferenceError if the stack is finished
   * @throws TypeError if the value isn't a disposable
   */
  use<T extends AsyncDisposable | Disposable | null | undefined>(value: T): T {
    const { items } = openExits(this, 'use', value);
    items.push(isMissing(value) ? {} : { disposal: held(asyncDisposal(value), value, 'use()') });
    return value;
  }

  /**
   * Adds a value, along with a function to dispose of it when the stack ends.
   *
   * @param value - anything
   * @param onDisposeAsync - called with the value, and awaited
   * @returns the value
   * @throws ReferenceError if the stack is finished
   * @throws TypeError if `onDisposeAsync` isn't a function
   */
  adopt<T>(value: T, onDisposeAsync: (value: T) => unknown): T {
    const { items } = openExits(this, 'adopt', value);
    assertFunction('adopt', onDisposeAsync);
    items.push({ disposal: held(() => onDisposeAsync.call(undefined, value), value, 'adopt()') });
    return value;
  }

  /**
   * Adds a callback, called when the stack ends.
   *
   * @param onDisposeAsync - called without the outcome, and awaited; its result suppresses nothing
   * @throws ReferenceError if the stack is finished
   * @throws TypeError if `onDisposeAsync` isn't a function
   */
  defer(onDisposeAsync: () => unknown): void {
    const { items } = openExits(this, 'defer', onDisposeAsync);
    assertFunction('defer', onDisposeAsync);
    items.push({ disposal: held(() => onDisposeAsync.call(undefined), onDisposeAsync, 'defer()') });
  }

  /**
   * Enters a manager, and exits it when the stack ends. The end waits for pending entries, and exits those managers
   * too.
   *
   * @param manager - whatever `withAsync` takes
   * @returns the entered value
   * @throws ReferenceError if the stack is finished, before anything is entered
   * @throws TypeError if it isn't a manager or a disposable
   * @throws whatever entering throws
   */
  async enterContext<M extends TakenAsync<M>>(
    manager: M & Allowed<Fallback<M>, F, 'AsyncExitStack'>,
  ): Promise<Awaited<Entered<M>>> {
    const exits = openExits(this, 'enterContext', manager);
    // This comes first, because starting a run may call user code, which may finish this stack.
    exits.pending += 1;
    try {
      let run = adaptAsync(manager, 'enterContext()');
      // `beginAsync` is inlined, and a counter replaces a set of promises: a stack of one takes 0.72 of the time.
      let step = await run.next();
      if (isRequest(step.value)) {
        run = step.value[answer](run, manager);
        step = await run.next();
      }
      if (step.done) throw didNotYield(manager, step.value);
      exits.items.push({ run, manager });
      return (isThenable(step.value) ? await step.value : step.value) as Awaited<Entered<M>>;
    } finally {
      // Even if the entry failed: complete() was called before that was known.
      exits.isComplete = false;
      exits.pending -= 1;
      if (exits.pending === 0) exits.onIdle?.();
    }
  }

  /**
   * Adds an exit without entering anything.
   *
   * @param exit - a manager that is already entered, or a function that gets `{ error }` if the block threw, and may
   *   suppress the error
   * @returns `exit`
   * @throws ReferenceError if the stack is finished
   * @throws TypeError if it is neither
   */
  push<A extends ExitAnswer<unknown> | PromiseLike<ExitAnswer<unknown>>>(
    exit: (thrown?: Thrown) => Allowed<AnsweredValue<Awaited<A>>, F, 'AsyncExitStack', A>,
  ): (thrown?: Thrown) => A;
  /** {@link AsyncExitStack.push} of a manager that is already entered. */
  push<E extends AsyncExit>(exit: E & Allowed<ExitFallback<E>, F, 'AsyncExitStack'>): E;
  push(exit: unknown): unknown {
    const exits = openExits(this, 'push', exit);
    const alone = methodOf(exit, 'exitAsync') ?? methodOf(exit, 'exit') ?? exitFunction(exit);
    exits.items.push({ run: exitAloneAsync(held(alone, exit, 'push()')) });
    exits.isComplete = false;
    return exit;
  }

  /**
   * Declares that the block succeeded, for a stack that you dispose of. Entering another manager, or pushing an exit,
   * takes that back.
   *
   * It returns its argument, so you can write `return stack.complete(rows)`. Call it last: if something fails after it,
   * the managers still exit as if the block had succeeded.
   *
   * @throws ReferenceError if the stack is finished
   * @throws TypeError if the argument is a promise, which may still reject
   */
  complete(): void;
  /** {@link AsyncExitStack.complete} with a promise, which it refuses. */
  complete<T extends PromiseLike<unknown>>(result: T): Unsettled<T>;
  /** {@link AsyncExitStack.complete} that returns its argument. */
  complete<T>(result: T): T;
  complete(result?: unknown): unknown {
    const { exits } = stateOf(this);
    if (exits) exits.isComplete = false;
    assertSettled(result);
    openExits(this, 'complete', result).isComplete = true;
    return result;
  }

  /**
   * Moves everything to a new stack, pending entries too, and finishes this one. `complete()` isn't carried over.
   *
   * @returns the new stack
   * @throws ReferenceError if the stack is finished
   */
  move(): AsyncExitStack<F> {
    const exits = openExits(this, 'move', undefined);
    exits.isComplete = false;
    const moved = new AsyncExitStack<F>();
    stateOf(moved).exits = takeExits(this);
    owe(moved, 'never finished');
    return moved;
  }

  /**
   * Returns the stack itself.
   *
   * @throws ReferenceError if the stack is finished
   * @throws ContextManagerError `ERR_ALREADY_ENTERED` if another block has entered it
   */
  enterAsync(): Promise<this> {
    return new Promise((resolve) => {
      openExits(this, 'enterAsync', undefined);
      const own = stateOf(this);
      if (own.isEntered) throw stackAlreadyEntered('AsyncExitStack');
      own.isEntered = true;
      resolve(this);
    });
  }

  /**
   * Exits everything now: successfully, or with the block's error. If the stack is already finishing, it waits for
   * that. So don't await it in a teardown on the same stack, which would wait for itself.
   *
   * @param thrown - `{ error }` if the block threw
   * @returns the fallback, if a manager suppressed the error
   * @throws what the exits throw, with all errors kept
   */
  exitAsync(thrown?: Thrown): Promise<ExitAnswer<F>> {
    try {
      const exits = takeExits(this);
      if (exits) return finish(this, exits, false, thrown, answerExit) as Promise<ExitAnswer<F>>;
      return Promise.resolve(finished(stateOf(this)));
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /**
   * Undoes everything. After `complete()`, managers exit successfully; without it, with `ERR_OUTCOME_UNKNOWN`.
   *
   * @throws what the exits and disposals throw, with all errors kept
   */
  disposeAsync(): Promise<void> {
    try {
      const exits = takeExits(this);
      const own = stateOf(this);
      if (!exits) return Promise.resolve(own.isDisposalAwaited ? finished(own) : undefined);
      // An entry still pending is a manager entered after complete().
      const isUnknown = !exits.isComplete || exits.pending > 0;
      return finish(this, exits, isUnknown, undefined, throwAny) as Promise<void>;
    } catch (error) {
      return Promise.reject(error);
    }
  }
}

/**
 * Where a stack keeps its state. It isn't a private field, because some React Native bundlers refuse those. A method that is
 * called on another object finds no state, and throws a TypeError.
 */
const state: unique symbol = Symbol('AsyncExitStack');

interface State {
  /** Undefined once the stack is finished. */
  exits: AsyncExits | undefined;
  isEntered: boolean;
  /** Set while it is being exited or disposed: resumes the calls that wait for that. */
  waiting?: (() => void)[] | undefined;
  /** Whether another disposal waits for that. */
  isDisposalAwaited?: boolean;
}

function stateOf(stack: object): State {
  return (stack as { [state]: State })[state];
}

/** What `console.log` shows: never the contents, which may hold a password. */
function show(this: object): Record<string, string> {
  return { manager: 'AsyncExitStack', state: stateOf(this).exits ? 'open' : 'finished' };
}

function openExits(stack: object, method: string, given: unknown): AsyncExits {
  const { exits } = stateOf(stack);
  if (!exits) throw stackFinished('AsyncExitStack', method, given);
  owe(stack, 'never finished');
  return exits;
}

function takeExits(stack: object): AsyncExits | undefined {
  const own = stateOf(stack);
  const { exits } = own;
  own.exits = undefined;
  settle(stack);
  return exits;
}

function finish(
  stack: object,
  exits: AsyncExits,
  isUnknown: boolean,
  thrown: Thrown | undefined,
  conclude: (unwound: Unwound, given: Thrown | undefined) => unknown,
): Promise<unknown> {
  const own = stateOf(stack);
  const waiting: (() => void)[] = (own.waiting = []);
  // TC39's second disposal resolves at once; so does this one, for what TC39's stacks can hold.
  own.isDisposalAwaited = exits.pending > 0 || exits.items.some(({ run }) => run);
  return unwindAsync(exits, isUnknown, thrown, (unwound, given) => {
    for (const resume of waiting) resume();
    own.waiting = undefined;
    return conclude(unwound, given);
  });
}

/** Waits for an exit or a disposal that another call began. */
function finished(own: State): Promise<void> | undefined {
  const { waiting } = own;
  return waiting && new Promise((resolve) => waiting.push(resolve));
}

/** A stack keeps both errors by itself, and leaves out those that its managers suppressed. */
function stackRun(this: AsyncExitStack): Run {
  const run = runOfAsync(
    true,
    () => this.enterAsync(),
    (thrown) => this.exitAsync(thrown),
  );
  return { ...run, throwsAsIs: true };
}

/** A run that has only its exit left. */
function exitAloneAsync(exit: (thrown?: Thrown) => unknown): Run {
  const run = runOfAsync(false, () => undefined, exit);
  void run.next();
  return run;
}

function asyncDisposal(value: object): () => unknown {
  return disposalOf(value, asyncDispose) ?? rejecting(disposalOf(value, dispose)) ?? refuse(value);
}

/** As in TC39: the result of a sync disposal isn't awaited, and what it throws becomes a rejection. */
function rejecting(disposal: (() => unknown) | undefined): (() => Promise<void>) | undefined {
  return disposal && (async () => void disposal());
}
