import { managerRunAsync } from './engine/adapt.ts';
import { withReason } from './engine/is-abort.ts';
import { keepBoth } from './engine/join.ts';
import { settle } from './engine/observer.ts';
import { OwnedSource } from './engine/owned-source.ts';
import { newRun, type Run } from './engine/run.ts';
import { isSource } from './engine/source.ts';
import type { AsyncContextManager, Thrown } from './protocol.ts';
import type { AbortSignalLike, EnvironmentAbortSignal } from './support/abort.ts';
import { markHandled } from './support/describe.ts';
import { alreadyOwned, notIterable } from './support/messages.ts';
import { signalOption } from './support/signal-option.ts';
import { asyncDispose, inspect } from './support/symbols.ts';

/**
 * What `aclosing` takes.
 *
 * @typeParam T - the items
 */
export type AsyncSource<T> = AsyncIterable<T> | AsyncIterator<T> | Iterable<T | PromiseLike<T>>;

/**
 * A function that makes a source. The signal aborts if the source is closed before its end.
 *
 * @typeParam T - the items
 */
export type SourceFunction<T> = (signal: EnvironmentAbortSignal) => AsyncSource<T>;

/** Options of {@link aclosing}. */
export interface AclosingOptions {
  /** Closes the source when it aborts. A pending `next()` then rejects with its reason. */
  readonly signal?: EnvironmentAbortSignal | undefined;
}

/**
 * What `aclosing` returns: a manager, an async iterator and a disposable in one.
 *
 * @typeParam T - the items
 */
export interface AsyncClosing<T>
  extends AsyncContextManager<AsyncIterableIterator<T>>, AsyncIterableIterator<T>, AsyncDisposable {
  /** Closes the source. */
  return(value?: unknown): Promise<IteratorResult<T>>;
  /** Closes the source, and rejects with the error. */
  throw(error?: unknown): Promise<IteratorResult<T>>;
  /** Returns the same object: leaving a loop over it closes the source. */
  [Symbol.asyncIterator](): AsyncClosing<T>;
}

/**
 * Returns a manager that closes an async iterable exactly once: when the block ends, and not before, whatever happens
 * in it.
 *
 * In the block you can leave a `for await` loop early: the source stays open, and the next loop continues where this
 * one stopped. Without a block, `await using rows = aclosing(source)`, or a loop over the result, closes it as usual.
 *
 * It's equivalent to this, except that it keeps both errors if the body and the closing fail:
 *
 * ```ts no-run: the equivalent
 * const iterator = source[Symbol.asyncIterator]();
 * try {
 *   return await body({ next: () => iterator.next(), [Symbol.asyncIterator]() { return this; } });
 * } finally {
 *   await iterator.return?.();
 * }
 * ```
 *
 * The block ignores a `next()` that is still pending when the source closes. If the source throws from a `next()` that
 * you don't await, the block fails with that error.
 *
 * @param source - an async iterable, an async iterator, a web stream, or an iterable (whose values are awaited); or a
 *   function that returns one, called at each entry, or at the first `next()`. The function gets a signal that aborts
 *   before the source closes, so a source that is waiting can stop. Without that, closing waits forever for a generator
 *   whose `next()` never settles
 * @param options - `signal`: closes the source when it aborts; after that, each `next()` rejects with its reason. If it
 *   has already aborted, entering fails, or else the first `next()` does
 * @returns the manager; unless `source` is a function, you can enter it once
 * @throws TypeError if `source` is none of these, or if `signal` is not an `AbortSignal`
 * @throws the signal's reason from the block, if the block failed because the signal aborted. An error that adds
 *   nothing to the reason is dropped; any other error keeps the reason
 *
 * @example
 * ```ts
 * import { aclosing, withAsync } from 'withal';
 *
 * const log: unknown[] = [];
 *
 * async function* lines() {
 *   try {
 *     yield* ['name,age', 'Ada,36', 'Alan,41'];
 *   } finally {
 *     log.push('closed');
 *   }
 * }
 *
 * await withAsync(aclosing(lines()), async (rows) => {
 *   for await (const header of rows) {
 *     log.push(header);
 *     break;
 *   }
 *   for await (const row of rows) log.push(row.split(','));
 * });
 *
 * log; // => ['name,age', ['Ada', '36'], ['Alan', '41'], 'closed']
 * ```
 */
export function aclosing<T>(source: AsyncSource<T> | SourceFunction<T>, options?: AclosingOptions): AsyncClosing<T>;
export function aclosing<T>(source: AsyncSource<T> | SourceFunction<T>, options: unknown = {}): AsyncClosing<T> {
  if (typeof source !== 'function' && !isSource(source)) throw notIterable(source);
  return new Closing(source, signalOption(options, 'aclosing()', 'aclosing(source, { signal })'));
}

// Symbols and not #private properties, which ES2021 doesn't have.
const source: unique symbol = Symbol('source');
const signal: unique symbol = Symbol('signal');
const owned: unique symbol = Symbol('owned');

class Closing<T> implements AsyncClosing<T> {
  readonly [source]: AsyncSource<T> | SourceFunction<T>;
  readonly [signal]: AbortSignalLike | undefined;
  readonly [owned]: OwnedSource<T>;

  constructor(given: AsyncSource<T> | SourceFunction<T>, option: AbortSignalLike | undefined) {
    this[source] = given;
    this[signal] = option;
    this[owned] = new OwnedSource(given, option);
  }

  /** A function makes a source for each entry; any other source can be owned only once. */
  [newRun](): Run {
    // Each entry has its own source, so this one isn't needed.
    if (typeof this[source] === 'function') settle(this[owned]);
    const manager = typeof this[source] === 'function' ? new Closing(this[source], this[signal]) : this;
    const run = managerRunAsync(manager, 'enterAsync', 'exitAsync') as Run;
    run.throwsAsIs = true;
    return run;
  }

  async enterAsync(): Promise<AsyncIterableIterator<T>> {
    const own = this[owned];
    if (own.isEntered || own.isClosing) throw alreadyOwned();
    own.isEntered = true;
    const failed = own.open();
    if (failed) await failed;
    return new Items(own);
  }

  async exitAsync(thrown?: Thrown): Promise<void> {
    try {
      await this[asyncDispose]();
    } catch (error) {
      throw keepBoth(error, thrown);
    }
    const { abortion } = this[owned];
    if (!abortion || !thrown) return;
    const error = withReason(thrown.error, abortion);
    if (!Object.is(error, thrown.error)) throw error;
  }

  /** The source as messages name it. */
  get fn(): { name: string } {
    return { name: 'aclosing' };
  }

  [inspect](): Record<string, string> {
    return show(this[owned]);
  }

  get next(): AsyncIterator<T>['next'] {
    return this[owned].next;
  }

  return(value?: unknown): Promise<IteratorResult<T>> {
    markHandled(value);
    return this[owned].close(async () => ({ value: await value, done: true }) as IteratorResult<T>);
  }

  throw(error?: unknown): Promise<never> {
    return this[owned].fail(error);
  }

  [asyncDispose](): Promise<void> {
    return this[owned].close(() => undefined);
  }

  [Symbol.asyncIterator](): this {
    this[owned].isLoopBeginning = true;
    return this;
  }
}

/**
 * What the block iterates. Leaving a loop doesn't close it. It's a class, because creating an object with a getter
 * would take longer than everything else.
 */
class Items<T> implements AsyncIterableIterator<T> {
  readonly [owned]: OwnedSource<T>;

  constructor(own: OwnedSource<T>) {
    this[owned] = own;
  }

  get next(): AsyncIterator<T>['next'] {
    return this[owned].next;
  }

  [Symbol.asyncIterator](): this {
    this[owned].isLoopBeginning = true;
    return this;
  }

  [inspect](): Record<string, string> {
    return show(this[owned]);
  }
}

/** What `console.log` shows. The source's contents may be long, or a password. */
function show({ isClosing, isEntered }: Pick<OwnedSource<unknown>, 'isClosing' | 'isEntered'>): Record<string, string> {
  return { manager: 'aclosing', state: isClosing ? 'closed' : isEntered ? 'entered' : 'not entered' };
}
