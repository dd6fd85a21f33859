import { isEnterable } from './engine/adapt.ts';
import { addCallSite } from './engine/call-site.ts';
import { compose, type EnterManager } from './engine/compose.ts';
import { answer, type Run } from './engine/run.ts';
import type { Entered, EnteredSync, Fallback, FallbackSync } from './protocol.ts';
import { notAnswered, notEnterable, starForgotten } from './support/messages.ts';
import type { Dropped, SlipSync, Starless, TakenAsync } from './support/slips.ts';
import { asyncIterator } from './support/symbols.ts';

declare const asked: unique symbol;

/**
 * What `yield* enter(manager)` yields to the driver of the generator.
 *
 * @typeParam T - the value from entering the manager
 * @typeParam F - the fallback, if the manager suppresses an error
 */
export interface EnterRequest<T, F = never> {
  /** Distinguishes it from every other value; there is nothing to read. */
  readonly [asked]: {
    /** The type of the entered value. */
    readonly entered: T;
    /** The type of the fallback. */
    readonly fallback: F;
  };
}

/**
 * What {@link enter} returns, for `yield*`.
 *
 * @typeParam M - the manager
 */
export type Entering<M> = Stars<M> & (Starless | Dropped);

/** What `yield*` calls on it. */
interface Stars<M> {
  /** For `yield*` in an async generator. */
  [Symbol.asyncIterator](): AsyncIterator<
    EnterRequest<Awaited<Entered<M>>, Awaited<Fallback<M>>>,
    Awaited<Entered<M>>,
    unknown
  >;
  /** For `yield*` in a sync generator, with a manager that `withSync` takes. */
  [Symbol.iterator](): [SlipSync<M>] extends [never]
    ? Iterator<EnterRequest<EnteredSync<M>, FallbackSync<M>>, EnteredSync<M>, unknown>
    : never;
}

/** The fallbacks of a composition: a manager that its generator entered may suppress an error. */
export type EnteredFallback<Y> = 0 extends 1 & Y ? never : Y extends EnterRequest<unknown, infer F> ? F : never;

/**
 * Enters a manager inside the generator of another one: `yield* enter(manager)` returns the entered value. The manager
 * exits after the generator has ended, last in first out, with the outcome of the generator.
 *
 * It's equivalent to a stack around the whole generator:
 *
 * ```ts no-run: the equivalent
 * await withAsync(new AsyncExitStack(), async (stack) => {
 *   const value = await stack.enterContext(manager);
 *   // … the rest of the generator, its body and its teardown
 * });
 * ```
 *
 * @param manager - whatever `withAsync` takes; in a sync generator, whatever `withSync` takes
 * @returns the request to `yield*`, in the generator function of a manager or a scope
 * @throws TypeError if the manager can't be entered; it is thrown in the generator, at the `enter`
 *
 * @example
 * ```ts
 * import { asyncContextManager, enter, withAsync } from 'withal';
 *
 * const log: string[] = [];
 *
 * const opened = asyncContextManager(async function* opened(name: string) {
 *   log.push(`open ${name}`);
 *   try {
 *     yield name;
 *   } catch (error) {
 *     log.push(`${name} sees ${error}`);
 *     throw error;
 *   } finally {
 *     log.push(`close ${name}`);
 *   }
 * });
 *
 * const app = asyncContextManager(async function* app() {
 *   const database = yield* enter(opened('database'));
 *   const cache = yield* enter(opened('cache'));
 *   yield `${database} and ${cache}`;
 *   log.push('app is done');
 * });
 *
 * await withAsync(app(), (names) => names); // => 'database and cache'
 * log.splice(0); // => ['open database', 'open cache', 'app is done', 'close cache', 'close database']
 *
 * await withAsync(app(), () => { throw 'no'; }).catch((error) => error); // => 'no'
 * log.slice(2); // => ['cache sees no', 'close cache', 'database sees no', 'close database']
 * ```
 */
export function enter<M extends TakenAsync<M>>(manager: M): Entering<M>;
export function enter(manager: unknown): unknown {
  if (!isEnterable(manager)) throw notEnterable('enter()', manager);
  return new Enter(manager);
}

/** What you pass to `yield*`. It can be kept, and yielded many times, even at once. */
class Enter implements EnterManager {
  private readonly given: unknown;

  constructor(given: unknown) {
    this.given = given;
  }

  [Symbol.iterator](): Asking {
    return new Asking(this.given);
  }

  [asyncIterator](): Asking {
    return new Asking(this.given);
  }

  /** `await enter(manager)`, a habit from Python and from stacks, would enter nothing, silently. */
  then(...handlers: Parameters<Promise<never>['then']>): Promise<unknown> {
    return Promise.reject(starForgotten(this.given)).then(...handlers);
  }

  /** A driver gets this after a `yield` without the star. */
  [answer](run: Run, manager: unknown, isClosing?: boolean): Run {
    return compose(this, run, manager, isClosing);
  }

  hear(): never {
    throw starForgotten(this.given);
  }
}

/**
 * The request, and also the iterator of its `yield*`. It ends with what the driver sends: the value that was entered,
 * or the error from entering. Each entered manager takes one, so its properties are plain.
 */
class Asking implements EnterManager {
  private readonly given: unknown;
  /** Once heard, it waits for the driver to send the result. */
  private state: 'new' | 'asked' | 'heard' = 'new';

  constructor(given: unknown) {
    this.given = given;
  }

  [answer](run: Run, manager: unknown, isClosing?: boolean): Run {
    return compose(this, run, manager, isClosing);
  }

  /** An async `yield*` awaits these steps. V8 does so faster if they look like its own, with the value first. */
  next(value: unknown): IteratorResult<this, unknown> {
    if (this.state === 'new') {
      this.state = 'asked';
      return { value: this, done: false };
    }
    // The code that drives the generator doesn't know requests.
    if (this.state === 'asked') throw notAnswered();
    return { value, done: true };
  }

  throw(error: unknown): never {
    // The error of an entry, whose stack doesn't contain this line.
    if (this.state === 'heard') addCallSite(error, this.throw);
    // Even if no driver has heard it: after the throw, nothing yields it anymore.
    this.state = 'heard';
    throw error;
  }

  hear(): unknown {
    if (this.state !== 'asked') throw starForgotten(this.given);
    this.state = 'heard';
    return this.given;
  }
}
