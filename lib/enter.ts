import { isEnterable } from './engine/adapt.ts';
import { compose, type EnterManager } from './engine/compose.ts';
import { answer, type Run } from './engine/run.ts';
import type {
  AsyncEnterable,
  Enterable,
  Entered,
  EnteredSync,
  Fallback,
  FallbackSync,
  NotGenerator,
} from './protocol.ts';
import { notAnswered, notEnterable, starForgotten } from './support/messages.ts';

declare const asked: unique symbol;

/**
 * What `yield* enter(manager)` yields, on its way to the driver of the generator.
 *
 * @typeParam T - what entering the manager gives
 * @typeParam F - the fallback, where the manager suppressed an error
 */
export interface EnterRequest<T, F = never> {
  /** Tells it from every other value; there is none to read. */
  readonly [asked]: {
    /** The type of what entering gives. */
    readonly entered: T;
    /** The type of the fallback. */
    readonly fallback: F;
  };
}

/**
 * What {@link enter} gives, for `yield*` in an async generator.
 *
 * @typeParam M - the manager
 */
export interface EnteringAsync<M> {
  /** For `yield*` in an async generator. */
  [Symbol.asyncIterator](): AsyncIterator<
    EnterRequest<Awaited<Entered<M>>, Awaited<Fallback<M>>>,
    Awaited<Entered<M>>,
    unknown
  >;
}

/**
 * What {@link enter} gives for a manager that a sync generator can enter too.
 *
 * @typeParam M - the manager
 */
export interface Entering<M> extends EnteringAsync<M> {
  /** For `yield*` in a sync generator. */
  [Symbol.iterator](): Iterator<EnterRequest<EnteredSync<M>, FallbackSync<M>>, EnteredSync<M>, unknown>;
}

/** What a composition may give where a manager that its generator entered suppressed an error. */
export type EnteredFallback<Y> = 0 extends 1 & Y ? never : Y extends EnterRequest<unknown, infer F> ? F : never;

/** What a generator yields for its block. */
export type Yielded<Y> = Exclude<Y, EnterRequest<unknown, unknown>>;

/**
 * Enters a manager within the generator of another: `yield* enter(manager)` gives what entering gave, and the manager is
 * exited after the generator is done, last in first out. It is told what came out of the generator.
 *
 * It equals a stack around the whole generator:
 *
 * ```ts no-run: the equivalent
 * await withAsync(new AsyncExitStack(), async (stack) => {
 *   const value = await stack.enterContext(manager);
 *   // … the rest of the generator, its body and its teardown
 * });
 * ```
 *
 * @param manager - whatever `withAsync` takes; in a sync generator, whatever `withSync` takes
 * @returns what is to be yielded with the star, in the generator function of a manager or of a scope
 * @throws TypeError if the manager can't be entered; in the generator, for that is where it is called
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
export function enter<M extends Enterable>(manager: M & NotGenerator<M>): Entering<M>;
/** {@link enter} of a manager that only an async generator can enter. */
export function enter<M extends AsyncEnterable>(manager: M & NotGenerator<M>): EnteringAsync<M>;
export function enter(manager: unknown): unknown {
  if (!isEnterable(manager)) throw notEnterable('enter()', manager);
  return new Enter(manager);
}

/**
 * Asks to enter what was given, and is the iterator of its `yield*` too, which ends with what the driver sends: the value
 * that was entered, or the error from entering. Two are made for each manager that is entered, so its properties are plain.
 */
class Enter implements EnterManager {
  private readonly given: unknown;
  /** Where it is asked it is rightly yielded; once it is heard it has none, and the driver sends what came of that. */
  private state: 'iterated' | 'asked' | undefined;

  constructor(given: unknown, state?: 'iterated') {
    this.given = given;
    this.state = state;
  }

  [answer](run: Run, manager: unknown, isClosing?: boolean): Run {
    return compose(this, run, manager, isClosing);
  }

  /** A request that is kept can be yielded many times, also at once; by itself it is never asked. */
  [Symbol.iterator](): Enter {
    return new Enter(this.given, 'iterated');
  }

  [Symbol.asyncIterator](): Enter {
    return this[Symbol.iterator]();
  }

  /** An async `yield*` awaits these steps: V8 does so sooner where they look like its own, the value first. */
  next(value: unknown): IteratorResult<this, unknown> {
    if (this.state === 'iterated') {
      this.state = 'asked';
      return { value: this, done: false };
    }
    // Whoever iterated the generator knows nothing of requests.
    if (this.state === 'asked') throw notAnswered();
    return { value, done: true };
  }

  throw(error: unknown): never {
    // Also where somebody throws who has not heard it: it is not yielded any more.
    this.state = undefined;
    throw error;
  }

  hear(): unknown {
    if (this.state !== 'asked') throw starForgotten(this.given);
    this.state = undefined;
    return this.given;
  }
}
