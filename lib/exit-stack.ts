import { adaptSync, methodOf, refusePromise, runOf } from './engine/adapt.ts';
import { held, owe, settle } from './engine/observer.ts';
import { beginSync, newRun, type Run } from './engine/run.ts';
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
import { unwindSync, type Exits } from './engine/unwind.ts';
import type { AnsweredValue, ContextManager, EnteredSync, ExitAnswer, FallbackSync, Thrown } from './protocol.ts';
import { define } from './support/define.ts';
import { isObject } from './support/describe.ts';
import { stackAlreadyEntered, stackFinished } from './support/messages.ts';
import type { TakenSync } from './support/slips.ts';
import { dispose, inspect } from './support/symbols.ts';

/** What {@link ExitStack.push} takes besides functions: a manager that is already entered. */
export interface Exit {
  /** Tears down. */
  exit(thrown?: Thrown): ExitAnswer<unknown>;
}

/**
 * {@link AsyncExitStack} for synchronous code. It works like TC39's `DisposableStack`, and it also sees errors.
 *
 * @typeParam F - the block's value if a manager on the stack suppresses its error
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
  static {
    define(this.prototype, dispose, this.prototype.dispose);
    define(this.prototype, newRun, stackRun);
    define(this.prototype, inspect, show);
    Object.defineProperty(this.prototype, Symbol.toStringTag, { value: 'ExitStack', configurable: true });
  }

  /** The same function as {@link ExitStack.dispose}. */
  declare [Symbol.dispose]: () => void;

  constructor() {
    (this as { [state]?: State })[state] = { exits: { items: [] }, isEntered: false };
    // As TC39 has it. A class would fall back on Object.prototype.
    if (!isObject(new.target.prototype)) Object.setPrototypeOf(this, ExitStack.prototype);
  }

  /** Whether the stack is finished: exited, disposed or moved. */
  get disposed(): boolean {
    return stateOf(this).exits === undefined;
  }

  /**
   * Adds a disposable, which the stack disposes of when it ends. Ignores null and undefined.
   *
   * @param value - a disposable
   * @returns the value
   * @throws ReferenceError if the stack is finished
   * @throws TypeError if the value isn't a disposable
   */
  use<T extends Disposable | null | undefined>(value: T): T {
    const { items } = openExits(this, 'use', value);
    if (!isMissing(value))
      items.push({ disposal: held(disposalOf(value, dispose) ?? refuse(value), value, 'use()', true) });
    return value;
  }

  /**
   * Adds a value, along with a function to dispose of it when the stack ends.
   *
   * @param value - anything
   * @param onDispose - called with the value
   * @returns the value
   * @throws ReferenceError if the stack is finished
   * @throws TypeError if `onDispose` isn't a function
   */
  adopt<T>(value: T, onDispose: (value: T) => unknown): T {
    const { items } = openExits(this, 'adopt', value);
    assertFunction('adopt', onDispose);
    items.push({ disposal: held(() => onDispose.call(undefined, value), value, 'adopt()', true) });
    return value;
  }

  /**
   * Adds a callback, called when the stack ends.
   *
   * @param onDispose - called without the outcome; its result suppresses nothing
   * @throws ReferenceError if the stack is finished
   * @throws TypeError if `onDispose` isn't a function
   */
  defer(onDispose: () => unknown): void {
    const { items } = openExits(this, 'defer', onDispose);
    assertFunction('defer', onDispose);
    items.push({ disposal: held(() => onDispose.call(undefined), onDispose, 'defer()', true) });
  }

  /**
   * Enters a manager, and exits it when the stack ends.
   *
   * @param manager - whatever `withSync` takes
   * @returns the entered value
   * @throws ReferenceError if the stack is finished, before anything is entered
   * @throws TypeError if it isn't a manager or a disposable
   * @throws whatever entering throws
   */
  enterContext<M extends TakenSync<M, 'AsyncExitStack'>>(
    manager: M & Allowed<FallbackSync<M>, F, 'ExitStack'>,
  ): EnteredSync<M> {
    const exits = openExits(this, 'enterContext', manager);
    exits.isComplete = false;
    const { run, value } = beginSync(adaptSync(manager, 'enterContext()', 'AsyncExitStack'), manager);
    exits.items.push({ run, manager });
    if (exits.isUnwound) return refuseLate(exits, manager);
    return value as EnteredSync<M>;
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
  push<A extends ExitAnswer<unknown>>(
    exit: (thrown?: Thrown) => Allowed<AnsweredValue<A>, F, 'ExitStack', A>,
  ): (thrown?: Thrown) => A;
  /** {@link ExitStack.push} of a manager that is already entered. */
  push<E extends Exit>(exit: E & Allowed<ExitFallback<E>, F, 'ExitStack'>): E;
  push(exit: unknown): unknown {
    const exits = openExits(this, 'push', exit);
    const alone = methodOf(exit, 'exit') ?? exitFunction(exit);
    exits.items.push({ run: exitAloneSync(held(alone, exit, 'push()', true)) });
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
  /** {@link ExitStack.complete} with a promise, which it refuses. */
  complete<T extends PromiseLike<unknown>>(result: T): Unsettled<T>;
  /** {@link ExitStack.complete} that returns its argument. */
  complete<T>(result: T): T;
  complete(result?: unknown): unknown {
    const { exits } = stateOf(this);
    if (exits) exits.isComplete = false;
    assertSettled(result);
    openExits(this, 'complete', result).isComplete = true;
    return result;
  }

  /**
   * Moves everything to a new stack, and finishes this one. `complete()` isn't carried over.
   *
   * @returns the new stack
   * @throws ReferenceError if the stack is finished
   */
  move(): ExitStack<F> {
    const exits = openExits(this, 'move', undefined);
    exits.isComplete = false;
    const moved = new ExitStack<F>();
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
  enter(): this {
    openExits(this, 'enter', undefined);
    const own = stateOf(this);
    if (own.isEntered) throw stackAlreadyEntered('ExitStack');
    own.isEntered = true;
    return this;
  }

  /**
   * Exits everything now: successfully, or with the block's error.
   *
   * @param thrown - `{ error }` if the block threw
   * @returns the fallback, if a manager suppressed the error
   * @throws what the exits throw, with all errors kept
   */
  exit(thrown?: Thrown): ExitAnswer<F> {
    const exits = takeExits(this);
    return exits && (unwindSync(exits, false, thrown, answerExit) as ExitAnswer<F>);
  }

  /**
   * Undoes everything. After `complete()`, managers exit successfully; without it, with `ERR_OUTCOME_UNKNOWN`.
   *
   * @throws what the exits and disposals throw, with all errors kept
   */
  dispose(): void {
    const exits = takeExits(this);
    if (exits) unwindSync(exits, !exits.isComplete, undefined, throwAny);
  }
}

/** The same as for an async stack. */
const state: unique symbol = Symbol('ExitStack');

interface State {
  /** Undefined once the stack is finished. */
  exits: Exits | undefined;
  isEntered: boolean;
}

function stateOf(stack: object): State {
  return (stack as { [state]: State })[state];
}

/** What `console.log` shows: never the contents, which may hold a password. */
function show(this: object): Record<string, string> {
  return { manager: 'ExitStack', state: stateOf(this).exits ? 'open' : 'finished' };
}

function openExits(stack: object, method: string, given: unknown): Exits {
  const { exits } = stateOf(stack);
  if (!exits) throw stackFinished('ExitStack', method, given);
  owe(stack, 'never finished');
  return exits;
}

function takeExits(stack: object): Exits | undefined {
  const own = stateOf(stack);
  const { exits } = own;
  own.exits = undefined;
  settle(stack);
  return exits;
}

/** The manager's setup finished this stack, so what it entered exits at once. */
function refuseLate(exits: Exits, manager: unknown): never {
  unwindSync(exits, true, undefined, throwAny);
  throw stackFinished('ExitStack', 'enterContext', manager);
}

/** As with an async stack, it keeps both errors by itself. */
function stackRun(this: ExitStack): Run {
  const run = runOf(
    () => this.enter(),
    (thrown) => this.exit(thrown),
  );
  return { ...run, throwsAsIs: true };
}

function exitAloneSync(exit: (thrown?: Thrown) => unknown): Run {
  const run = runOf(
    () => undefined,
    (thrown) => refusePromise(exit(thrown)),
  );
  run.next();
  return run;
}
