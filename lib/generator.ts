import { isError, isObject, kindOf, markHandled } from './describe.ts';
import {
  begunSync,
  fresh,
  isRequest,
  leave,
  takeOver,
  stopAsync,
  stopSync,
  type Entry,
  type SyncEntry,
} from './entry.ts';
import type { EnteredFallback, EnterRequest, Yielded } from './enter.ts';
import { keepBoth } from './errors.ts';
import {
  alreadyEntered,
  didNotYield,
  notEntered,
  notGeneratorFunction,
  notThrown,
  subject,
  type Maker,
} from './messages.ts';
import type { AsyncContextManager, ContextManager, ExitAnswer, Thrown } from './protocol.ts';

/**
 * The fallback of a generator manager: what its generator returns after it caught an error.
 * A generator that returns nothing has none.
 *
 * @typeParam R - the generator's return type
 */
export type Returned<R> = 0 extends 1 & R
  ? never
  : [R] extends [void]
    ? Extract<R, undefined>
    : R extends void
      ? undefined
      : R;

/**
 * Makes a manager function of an async generator function that yields exactly once: what is before the `yield`
 * sets up, the value yielded goes to the block, what is after it tears down. An error thrown in the block is thrown
 * at the `yield`, where the generator can roll back and let it pass, translate it, or return a fallback instead.
 *
 * `withAsync(transaction(pool), body)` equals, for the generator below:
 *
 * ```ts no-run: the equivalent, with stand-ins for the database
 * const client = await pool.connect();
 * try {
 *   await client.query('BEGIN');
 *   let result;
 *   try {
 *     result = await body(client);
 *   } catch (error) {
 *     await client.query('ROLLBACK');
 *     throw error;
 *   }
 *   await client.query('COMMIT');
 *   return result;
 * } finally {
 *   client.release();
 * }
 * ```
 *
 * The manager is a description: calling the manager function runs nothing, and each entry runs the generator
 * function afresh. So one manager can be entered many times, within itself and concurrently.
 *
 * @param fn - the generator function; its name is the manager's name in messages
 * @returns a function with the same name, length, parameters and `this`, which gives a manager
 * @throws TypeError if `fn` is no async generator function; where that does not show, entering throws it
 *
 * @example
 * ```ts
 * import { asyncContextManager, withAsync } from 'withal';
 *
 * const log: string[] = [];
 *
 * const transaction = asyncContextManager(async function* transaction(name: string) {
 *   log.push(`begin ${name}`);
 *   try {
 *     yield name.toUpperCase();
 *   } catch (error) {
 *     log.push('roll back');
 *     throw error;
 *   }
 *   log.push('commit');
 * });
 *
 * await withAsync(transaction('a'), (value) => `${value}!`); // => 'A!'
 * log; // => ['begin a', 'commit']
 * ```
 */
export function asyncContextManager<This, Args extends unknown[], T, R, F = never>(
  fn: (this: This, ...args: Args) => AsyncGenerator<T | EnterRequest<unknown, F>, R, void>,
): (this: This, ...args: Args) => AsyncContextManager<T, Returned<R> | F>;
/** {@link asyncContextManager} of a generator that enters managers with fallbacks of several types. */
export function asyncContextManager<This, Args extends unknown[], Y, R>(
  fn: (this: This, ...args: Args) => AsyncGenerator<Y, R, void>,
): (this: This, ...args: Args) => AsyncContextManager<Yielded<Y>, Returned<R> | EnteredFallback<Y>>;
export function asyncContextManager(fn: GeneratorFunction, ...decoration: Decoration[]): unknown {
  return managerFunction(AsyncGeneratorManager, asyncMaker, fn, decoration);
}

/**
 * {@link asyncContextManager} for a generator function that is not async.
 *
 * @param fn - the generator function; its name is the manager's name in messages
 * @returns a function with the same name, length, parameters and `this`, which gives a manager
 * @throws TypeError if `fn` is no generator function; where that does not show, entering throws it
 *
 * @example
 * ```ts
 * import { contextManager, withSync } from 'withal';
 *
 * const indent = { depth: 0 };
 *
 * const indented = contextManager(function* indented(by: number) {
 *   indent.depth += by;
 *   try {
 *     yield;
 *   } finally {
 *     indent.depth -= by;
 *   }
 * });
 *
 * withSync(indented(2), () => indent.depth); // => 2
 * indent.depth; // => 0
 * ```
 */
export function contextManager<This, Args extends unknown[], T, R, F = never>(
  fn: (this: This, ...args: Args) => Generator<T | EnterRequest<unknown, F>, R, void>,
): (this: This, ...args: Args) => ContextManager<T, Returned<R> | F>;
/** {@link contextManager} of a generator that enters managers with fallbacks of several types. */
export function contextManager<This, Args extends unknown[], Y, R>(
  fn: (this: This, ...args: Args) => Generator<Y, R, void>,
): (this: This, ...args: Args) => ContextManager<Yielded<Y>, Returned<R> | EnteredFallback<Y>>;
export function contextManager(fn: GeneratorFunction, ...decoration: Decoration[]): unknown {
  return managerFunction(SyncGeneratorManager, syncMaker, fn, decoration);
}

type AnyGenerator = Generator<unknown, unknown, void> | AsyncGenerator<unknown, unknown, void>;

type GeneratorFunction = (this: never, ...args: never) => AnyGenerator;

/** What a decorator is called with besides: TC39's with a context, TypeScript's legacy one with the method's name first. */
type Decoration = { readonly kind?: unknown; readonly name?: unknown } | undefined;

const asyncMaker: Maker = {
  name: 'asyncContextManager',
  other: 'contextManager',
  syntax: 'async function*',
  kind: 'AsyncGeneratorFunction',
};

const syncMaker: Maker = {
  name: 'contextManager',
  other: 'asyncContextManager',
  syntax: 'function*',
  kind: 'GeneratorFunction',
};

/** The function that makes a manager of each call, and runs nothing of the generator function by itself. */
function managerFunction(
  Manager: typeof GeneratorManager,
  maker: Maker,
  fn: GeneratorFunction,
  [context]: Decoration[],
): unknown {
  const kind = kindOf(fn);
  // A function that is mapped over generator functions is called with more, too.
  const method = context?.kind ? context.name : kind !== maker.kind && context;
  if (typeof method === 'string' || typeof method === 'symbol')
    throw notGeneratorFunction(maker, 'decorate', fn, String(method), 'this: …');
  if (kind !== maker.kind && kind !== 'Function') throw notGeneratorFunction(maker, 'make a manager', fn);
  // A compiler may have made a plain function of a generator function: only what it returns can tell.
  const start = kind === 'Function' ? likened(checked, fn) : fn;
  function checked(this: never, ...args: never): AnyGenerator {
    const generator = Reflect.apply(fn, this, args);
    if (isGeneratorLike(generator, maker === asyncMaker)) return generator;
    markHandled(generator);
    throw notGeneratorFunction(maker, `enter ${subject({ fn })}`, generator);
  }
  const made = {
    create(this: unknown, ...args: unknown[]): GeneratorManager {
      return new Manager(start, this, args);
    },
  };
  return likened(made.create, fn);
}

export function isGeneratorLike(value: unknown, isAsync: boolean): boolean {
  return isObject(value) && typeof value['throw'] === 'function' && Symbol.asyncIterator in value === isAsync;
}

/** A redefined property keeps its attributes: `name` and `length` stay as functions have them. */
export function likened<Created extends object>(
  create: Created,
  { name, length }: { name: string; length: number },
): Created {
  return Object.defineProperties(create, { name: { value: name }, length: { value: length } });
}

/** A generator function with the `this` and the arguments of one call. */
class GeneratorManager {
  // Plain properties: making an object with #private ones takes a third of what a whole sync entry and exit takes.
  readonly fn: GeneratorFunction;
  private readonly self: unknown;
  private readonly args: unknown[];
  /** The entry by hand: none if undefined; entering or exiting if null. */
  protected byHand: Entry | null | undefined;

  constructor(fn: GeneratorFunction, self: unknown, args: unknown[]) {
    this.fn = fn;
    this.self = self;
    this.args = args;
  }

  // On the prototype, so that an object that somebody spreads a manager into is not entered in its place.
  [fresh](): Entry {
    return Reflect.apply(this.fn, this.self as never, this.args as never);
  }
}

class SyncGeneratorManager extends GeneratorManager implements ContextManager<unknown, unknown> {
  enter(): unknown {
    if (this.byHand !== undefined) throw alreadyEntered(this);
    this.byHand = null;
    try {
      const { entry, value } = begunSync(this[fresh]() as SyncEntry, this);
      this.byHand = entry;
      return value;
    } finally {
      this.byHand ??= undefined;
    }
  }

  exit(thrown?: Thrown): ExitAnswer<unknown> {
    const entry = this.byHand as SyncEntry | null | undefined;
    assertThrown(this, thrown);
    if (!entry) throw notEntered(this);
    this.byHand = null;
    try {
      let step = leave(entry, thrown);
      if (!step.done) step = stopSync(entry, this, step, thrown);
      return thrown && { value: step.value };
    } catch (error) {
      if (thrown && Object.is(error, thrown.error)) return false;
      throw entry.keepsErrors ? error : keepBoth(error, thrown);
    } finally {
      this.byHand = undefined;
    }
  }
}

class AsyncGeneratorManager extends GeneratorManager implements AsyncContextManager<unknown, unknown> {
  async enterAsync(): Promise<unknown> {
    if (this.byHand !== undefined) throw alreadyEntered(this);
    this.byHand = null;
    try {
      // As `begunAsync` does, which would add more to a bundle that has `withAsync` only.
      let entry = this[fresh]();
      let step = await entry.next();
      if (isRequest(step.value)) {
        entry = step.value[takeOver](entry, this);
        step = await entry.next();
      }
      if (step.done) throw didNotYield(this);
      this.byHand = entry;
      return step.value;
    } finally {
      this.byHand ??= undefined;
    }
  }

  async exitAsync(thrown?: Thrown): Promise<ExitAnswer<unknown>> {
    const entry = this.byHand;
    assertThrown(this, thrown);
    if (!entry) throw notEntered(this);
    this.byHand = null;
    try {
      let step = await leave(entry, thrown);
      if (!step.done) step = await stopAsync(entry, this, step, thrown);
      return thrown && { value: step.value };
    } catch (error) {
      if (thrown && Object.is(error, thrown.error)) return false;
      throw entry.keepsErrors ? error : keepBoth(error, thrown);
    } finally {
      this.byHand = undefined;
    }
  }
}

/** Refuses what is no box: an error itself too, though a `SuppressedError` has an `error`. */
function assertThrown(manager: unknown, thrown: unknown): void {
  if (thrown !== undefined && (isError(thrown) || !('error' in Object(thrown)))) throw notThrown(manager, thrown);
}
