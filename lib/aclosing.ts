import { managerRunAsync } from './engine/adapt.ts';
import { keepBoth, suppressing } from './engine/join.ts';
import { newRun, type Run } from './engine/run.ts';
import { isAbort } from './engine/is-abort.ts';
import type { AsyncContextManager, Thrown } from './protocol.ts';
import { abortSource, type AbortSource, type EnvironmentAbortSignal } from './support/abort.ts';
import { isGenerator, isObject, markHandled } from './support/describe.ts';
import { alreadyOwned, notIterable, sourceDidNotStop } from './support/messages.ts';
import { asyncDispose, dispose } from './support/symbols.ts';

/**
 * What `aclosing` takes.
 *
 * @typeParam T - the items
 */
export type AsyncSource<T> = AsyncIterable<T> | AsyncIterator<T> | Iterable<T | PromiseLike<T>>;

/**
 * A function that makes a source. The signal aborts when the source is to be closed before its end.
 *
 * @typeParam T - the items
 */
export type SourceFunction<T> = (signal: EnvironmentAbortSignal) => AsyncSource<T>;

/**
 * What `aclosing` gives: a manager, an async iterator and a disposable in one.
 *
 * @typeParam T - the items
 */
export interface AsyncClosing<T>
  extends AsyncContextManager<AsyncIterableIterator<T>>, AsyncIterableIterator<T>, AsyncDisposable {
  /** Closes the source. */
  return(value?: unknown): Promise<IteratorResult<T>>;
  /** Closes the source, and rejects with the error. */
  throw(error?: unknown): Promise<IteratorResult<T>>;
  /** Gives the same object: a loop over it closes the source when it is left. */
  [Symbol.asyncIterator](): AsyncClosing<T>;
}

/**
 * Makes the manager that owns the closing of an async iterable: whatever happens in the block, the source is closed
 * once when the block ends, and not before.
 *
 * In the block a `for await` loop that is left early leaves the source open, so that another one goes on where it
 * stopped. Without a block, `await using rows = aclosing(source)` and iterating the result itself close as always.
 *
 * It equals, with the body's and the closing's errors both kept:
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
 * @param source - an async iterable, an async iterator, an iterable (its values are awaited); or a function that
 *   returns one, called at each entry, or at the first `next()`. Its signal aborts before the closing, so that a source
 *   that waits can stop: without that, a `next()` that never settles makes the closing wait for ever
 * @returns the manager; of a source that is no function, one that can be entered once
 * @throws TypeError if `source` is none of these
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
export function aclosing<T>(source: AsyncSource<T> | SourceFunction<T>): AsyncClosing<T> {
  if (typeof source !== 'function' && !isSource(source)) throw notIterable(source);
  return new Closing(source);
}

class Closing<T> implements AsyncClosing<T> {
  readonly #source: AsyncSource<T> | SourceFunction<T>;
  #isEntered = false;
  #opened: Opened<T> | undefined;
  #iterator: AsyncIterator<T> | undefined;
  /** What the last `next()` gave. Watching each would cost every item a promise; the last tells whether the source is done. */
  #last: Promise<IteratorResult<T>> | undefined;
  #closed: Promise<void> | undefined;

  constructor(source: AsyncSource<T> | SourceFunction<T>) {
    this.#source = source;
  }

  /** A function makes a source for each entry; any other source can only be owned once. */
  [newRun](): Run {
    const manager = typeof this.#source === 'function' ? new Closing(this.#source) : this;
    return managerRunAsync(manager, 'enterAsync', 'exitAsync') as Run;
  }

  async enterAsync(): Promise<AsyncIterableIterator<T>> {
    if (this.#isEntered || this.#closed) throw alreadyOwned();
    this.#isEntered = true;
    try {
      this.#open();
    } catch (error) {
      return closeAfter(error, () => this[asyncDispose]());
    }
    const view: AsyncIterableIterator<T> = { next: this.next.bind(this), [Symbol.asyncIterator]: () => view };
    return view;
  }

  exitAsync(): Promise<void> {
    return this[asyncDispose]();
  }

  next(...args: [] | [unknown]): Promise<IteratorResult<T>> {
    if (this.#closed) return Promise.resolve({ value: undefined, done: true });
    let iterator: AsyncIterator<T>;
    try {
      iterator = this.#iterator ?? this.#open();
    } catch (error) {
      return closeAfter(error, () => this[asyncDispose]());
    }
    try {
      // Its own promise where it gives one.
      this.#last = Promise.resolve(iterator.next(...(args as [])));
    } catch (error) {
      this.#last = Promise.reject(error);
    }
    return this.#last;
  }

  async return(value?: unknown): Promise<IteratorResult<T>> {
    await this[asyncDispose]();
    return { value: await value, done: true };
  }

  async throw(error?: unknown): Promise<never> {
    return closeAfter(error, () => this[asyncDispose]());
  }

  [asyncDispose](): Promise<void> {
    return (this.#closed ??= this.#close());
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  #open(): AsyncIterator<T> {
    this.#opened ??= open(this.#source);
    return (this.#iterator ??= iteratorOf(this.#opened.source));
  }

  async #close(): Promise<void> {
    // A web stream can only be cancelled by its iterator. A function that was not called has nothing to close.
    if (isSource(this.#source)) this.#open();
    const [opened, iterator, last] = [this.#opened, this.#iterator, this.#last];
    this.#opened = this.#iterator = this.#last = undefined;
    // A source that was never asked is closed at once.
    const isWaiting = last !== undefined && (await isPending(last));
    if (!opened || (last && !isWaiting && (await isFinished(last)))) return;
    opened.abort?.abort();
    const signal = opened.abort?.signal ?? disposal;
    // A source that was told to stop may well say so.
    const returned = opened.abort ? stopped(closeIterator(iterator), signal) : closeIterator(iterator);
    // A source that waits may return only once it is disposed; a source that does not is disposed once it has returned.
    if (!isWaiting) await Promise.allSettled([returned]);
    const closed = allOf([returned, disposeSource(opened.source)]);
    await allOf([closed, closed.catch(() => undefined).then(() => (isWaiting ? abandon(last, signal) : undefined))]);
  }
}

interface Opened<T> {
  readonly source: AsyncSource<T>;
  readonly abort?: AbortSource;
}

function isSource(value: unknown): value is AsyncSource<unknown> {
  if (typeof value === 'string') return true;
  return (
    isObject(value) && [Symbol.asyncIterator, Symbol.iterator, 'next'].some((key) => typeof value[key] === 'function')
  );
}

function open<T>(source: AsyncSource<T> | SourceFunction<T>): Opened<T> {
  if (isSource(source)) return { source };
  const abort = abortSource();
  const made = source(abort.signal);
  if (isSource(made)) return { source: made, abort };
  markHandled(made);
  throw notIterable(made);
}

function iteratorOf<T>(source: AsyncSource<T>): AsyncIterator<T> {
  const { [Symbol.asyncIterator]: async, [Symbol.iterator]: sync } = source as Partial<AsyncIterable<T> & Iterable<T>>;
  if (typeof async === 'function') return Reflect.apply(async, source, []);
  return typeof sync === 'function' ? awaiting(Reflect.apply(sync, source, [])) : (source as AsyncIterator<T>);
}

/** An iterator of the values awaited. As in `for await`, a value that rejects closes the source. */
function awaiting<T>(iterator: Iterator<T | PromiseLike<T>>): AsyncIterator<T> {
  return {
    async next(...args: [] | [unknown]) {
      const { value, done = false } = iterator.next(...(args as [])) as IteratorResult<T | PromiseLike<T>, T>;
      try {
        return { value: await value, done } as IteratorResult<T>;
      } catch (error) {
        return closeAfter(error, () => (done ? undefined : iterator.return?.()));
      }
    },
    async return() {
      return (iterator.return?.() ?? { value: undefined, done: true }) as IteratorResult<T>;
    },
  };
}

/** Throws the error, after a closing; if that fails too, both. */
async function closeAfter(error: unknown, close: () => unknown): Promise<never> {
  try {
    await close();
  } catch (closing) {
    throw keepBoth(closing, { error });
  }
  throw error;
}

/** Whether the promise has not settled yet: of two that have, the first wins a race. */
async function isPending(promise: Promise<unknown>): Promise<boolean> {
  const pending = {};
  return (await Promise.race([promise, Promise.resolve(pending)]).catch(() => undefined)) === pending;
}

/** A source that reported its end, or threw, is finished. */
function isFinished(last: Promise<IteratorResult<unknown>>): Promise<boolean> {
  return last.then(
    ({ done }) => done === true,
    () => true,
  );
}

/** Where no iterator was made there is none to close. */
async function closeIterator(iterator: AsyncIterator<unknown> | undefined): Promise<void> {
  const step = (await iterator?.return?.()) as { done?: unknown } | undefined;
  if (step?.done === false) throw sourceDidNotStop();
}

async function disposeSource(given: unknown): Promise<void> {
  // Text, too, can be asked for a property.
  const source = given as Record<PropertyKey, unknown>;
  const asyncMethod = ownDisposal(source, asyncDispose);
  // A Node stream that its `return()` has destroyed is still to close; it only complains of an early end.
  if (asyncMethod) await (source['destroyed'] === true ? stopped(asyncMethod(), disposal) : asyncMethod());
  else ownDisposal(source, dispose)?.();
}

function ownDisposal(
  source: Record<PropertyKey, unknown>,
  key: typeof asyncDispose | typeof dispose,
): (() => unknown) | undefined {
  const method = source[key];
  if (typeof method !== 'function' || isGenerator(source) || inheritedDisposals().includes(method)) return undefined;
  return () => method.call(source) as unknown;
}

/** From Node 24 on iterators inherit disposals, which are their `return()` again. */
function inheritedDisposals(): unknown[] {
  /* istanbul ignore next -- never run: only its prototype is wanted */
  // eslint-disable-next-line @typescript-eslint/no-empty-function -- as above
  const generatorFunction = async function* () {};
  const async = Object.getPrototypeOf(Object.getPrototypeOf(generatorFunction.prototype)) as AsyncDisposable;
  const sync = Object.getPrototypeOf(Object.getPrototypeOf([].values())) as Disposable;
  return [async[asyncDispose], sync[dispose]];
}

/** What stands for the abort where a source is stopped by its disposal only. */
const disposal = { reason: Symbol('disposal') };

/** A `next()` that was left waiting may have failed meanwhile; unless only by the closing, that is an error like any other. */
function abandon(last: Promise<unknown>, signal: { readonly reason: unknown }): Promise<void> {
  return stopped(Promise.race([last, Promise.resolve()]), signal);
}

/** Waits, and drops an error that says nothing but that the source was stopped: that was asked for. */
async function stopped(waiting: unknown, signal: { readonly reason: unknown }): Promise<void> {
  try {
    await waiting;
  } catch (error) {
    const isPremature = isObject(error) && error['code'] === 'ERR_STREAM_PREMATURE_CLOSE';
    if (!isPremature && !isAbort(error, signal)) throw error;
  }
}

/** Waits for all, and throws all that failed. */
async function allOf(promises: readonly Promise<unknown>[]): Promise<void> {
  let failed: Thrown | undefined;
  for (const result of await Promise.allSettled(promises)) {
    if (result.status === 'rejected') failed = { error: suppressing(result.reason, failed) };
  }
  if (failed) throw failed.error;
}
