import { managerRunAsync } from './engine/adapt.ts';
import { withReason } from './engine/is-abort.ts';
import { keepBoth, suppressing } from './engine/join.ts';
import { newRun, type Run } from './engine/run.ts';
import { close, closeAfter, closed, isEnd, isSource, isStopped, iterate, open, stateOf } from './engine/source.ts';
import type { Opened, Stop } from './engine/source.ts';
import { newWatched, type Watched } from './engine/watched.ts';
import type { AsyncContextManager, Thrown } from './protocol.ts';
import type { AbortSignalLike, EnvironmentAbortSignal } from './support/abort.ts';
import { markHandled } from './support/describe.ts';
import { alreadyOwned, notIterable } from './support/messages.ts';
import { onAbort } from './support/on-abort.ts';
import { signalOption } from './support/signal-option.ts';
import { asyncDispose } from './support/symbols.ts';

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

/** What else {@link aclosing} listens to. */
export interface AclosingOptions {
  /** Closes the source when it aborts; what waits for an item then is rejected with its reason. */
  readonly signal?: EnvironmentAbortSignal | undefined;
}

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
export function aclosing<T>(source: AsyncSource<T> | SourceFunction<T>, options?: AclosingOptions): AsyncClosing<T>;
export function aclosing<T>(source: AsyncSource<T> | SourceFunction<T>, options: unknown = {}): AsyncClosing<T> {
  if (typeof source !== 'function' && !isSource(source)) throw notIterable(source);
  return new Closing(source, signalOption(options, 'aclosing()', 'aclosing(source, { signal })'));
}

type Step<T> = IteratorResult<T>;

class Closing<T> implements AsyncClosing<T> {
  readonly #source: AsyncSource<T> | SourceFunction<T>;
  readonly #signal: AbortSignalLike | undefined;
  #isEntered = false;
  #opened: Opened<T> | undefined;
  #iterator: AsyncIterator<T> | undefined;
  /** Read once, as loops do. */
  #ask: AsyncIterator<T>['next'] | undefined;
  /** What the source gave for the last `next()`: that tells whether it is done. */
  #last: Promise<Step<T>> | undefined;
  /** What was asked for by hand, and has not come yet or has failed unseen. */
  readonly #watched = new Set<Watched<Step<T>>>();
  #unfollow: (() => void) | undefined;
  /** Set once the signal has closed the source. */
  #abortion: Stop | undefined;
  /** Set once the source was told to stop. */
  #stop: Stop | undefined;
  /** Set once the closing has begun; fulfilled when it is done, and all calls since then are answered. */
  #turn: Promise<unknown> | undefined;
  #isClosed = false;
  /** The error of the closing, until somebody is told. */
  #failed: Thrown | undefined;

  constructor(source: AsyncSource<T> | SourceFunction<T>, signal: AbortSignalLike | undefined) {
    this.#source = source;
    this.#signal = signal;
  }

  /** A function makes a source for each entry; any other source can only be owned once. */
  [newRun](): Run {
    const manager = typeof this.#source === 'function' ? new Closing(this.#source, this.#signal) : this;
    return Object.assign(managerRunAsync(manager, 'enterAsync', 'exitAsync') as Run, { throwsAsIs: true as const });
  }

  async enterAsync(): Promise<AsyncIterableIterator<T>> {
    if (this.#isEntered || this.#turn) throw alreadyOwned();
    this.#isEntered = true;
    try {
      this.#begin();
    } catch (error) {
      return this.throw(error);
    }
    // Closed already by a signal that had aborted.
    if (this.#turn) await this.next();
    // eslint-disable-next-line @typescript-eslint/no-this-alias -- for the getter
    const closing = this;
    const view: AsyncIterableIterator<T> = {
      get next() {
        return closing.next;
      },
      [Symbol.asyncIterator]: () => view,
    };
    return view;
  }

  async exitAsync(thrown?: Thrown): Promise<void> {
    try {
      await this[asyncDispose]();
    } catch (error) {
      throw keepBoth(error, thrown);
    }
    if (!this.#abortion || !thrown) return;
    const error = withReason(thrown.error, this.#abortion);
    if (!Object.is(error, thrown.error)) throw error;
  }

  /** A loop reads this once, and calls it for each item; whoever drives by hand reads it for each call. */
  get next(): (...args: [] | [unknown]) => Promise<Step<T>> {
    let isLoop = false;
    return (...args) => {
      try {
        if (!this.#ask) this.#begin();
      } catch (error) {
        return this.throw(error);
      }
      if (!this.#ask) return this.#inTurn(() => this.#end());
      const step = promiseOf(this.#ask, this.#iterator, args);
      this.#last = step;
      // A loop awaits what it asks for. Watching that, too, would make each item cost two to three times as much.
      if (isLoop && !this.#signal && this.#watched.size === 0) return step;
      isLoop = true;
      return this.#watch(step);
    };
  }

  return(value?: unknown): Promise<Step<T>> {
    markHandled(value);
    this.#close();
    return this.#inTurn(async () => {
      this.#tell();
      return { value: await value, done: true } as Step<T>;
    });
  }

  throw(error?: unknown): Promise<never> {
    this.#close();
    return this.#inTurn(async () => closeAfter(error, () => this.#tell()));
  }

  [asyncDispose](): Promise<void> {
    this.#close();
    return this.#inTurn(() => this.#tell());
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  /** Opens the source, and follows the signal. */
  #begin(): void {
    if (this.#turn) return;
    const signal = this.#signal;
    if (signal?.aborted) {
      this.#abort(signal);
      return;
    }
    this.#open();
    if (signal) this.#unfollow = onAbort(signal, () => this.#abort(signal));
  }

  #open(): void {
    this.#opened ??= open(this.#source);
    this.#iterator ??= iterate(this.#opened.source);
    // eslint-disable-next-line @typescript-eslint/unbound-method -- it is called on the iterator
    this.#ask = this.#iterator.next;
  }

  /** Closes the source because the signal aborted. */
  #abort({ reason }: AbortSignalLike): void {
    this.#stop = this.#abortion = { reason };
    this.#close();
    for (const watched of this.#watched) {
      watched.quiet();
      watched.resolve(this.#inTurn(() => closeAfter(reason, () => watched.isAwaited && this.#tell())));
    }
  }

  #watch(step: Promise<Step<T>>): Watched<Step<T>> {
    const watched = newWatched<Step<T>>();
    this.#watched.add(watched);
    step.then(
      (result) => {
        this.#watched.delete(watched);
        if (isEnd(result)) this.#unfollow?.();
        watched.resolve(result);
      },
      (error: unknown) => {
        this.#fail(watched, error);
      },
    );
    return watched;
  }

  #fail(watched: Watched<Step<T>>, error: unknown): void {
    this.#unfollow?.();
    if (this.#turn) {
      this.#failLate(watched, error);
      return;
    }
    // What nobody waits for by the end of the block, the block tells of.
    if (watched.isAwaited) this.#watched.delete(watched);
    else watched.thrown = { error };
    watched.reject(error);
  }

  /** Fails what was asked for before the closing. What the closing made it fail with was asked for. */
  #failLate(watched: Watched<Step<T>>, error: unknown): void {
    const isOwn = !this.#stop || !isStopped(error, this.#stop);
    // Whoever waited was told the reason of the signal: nobody is left who could be told this.
    if (isOwn && this.#isClosed && this.#abortion) throw error;
    if (isOwn) watched.thrown = { error };
    if (!isOwn || !this.#isClosed) watched.quiet();
    watched.reject(error);
  }

  #inTurn<R>(act: () => R | PromiseLike<R>): Promise<R> {
    const answer = Promise.resolve(this.#turn).then(act);
    const settled = () => undefined;
    this.#turn = answer.then(settled, settled);
    return answer;
  }

  /** Answers a `next()` that comes too late. */
  #end(): Step<T> | Promise<never> {
    if (this.#abortion) return closeAfter(this.#abortion.reason, () => this.#tell());
    return { value: undefined, done: true };
  }

  /** Throws what the closing failed with, to the first who asks. */
  #tell(): void {
    const failed = this.#failed;
    this.#failed = undefined;
    if (failed) throw failed.error;
  }

  #close(): void {
    if (this.#turn) return;
    let finish: (() => void) | undefined;
    this.#turn = new Promise<void>((resolve) => (finish = resolve));
    this.#unfollow?.();
    for (const watched of this.#watched) {
      if (watched.thrown && watched.isAwaited) this.#watched.delete(watched);
      else if (watched.thrown) watched.quiet();
    }
    void this.#shut().then(finish);
  }

  async #shut(): Promise<void> {
    try {
      await this.#closeSource();
    } catch (error) {
      this.#failed = { error };
    }
    for (const { thrown, isAwaited } of this.#watched)
      if (thrown && (this.#abortion || !isAwaited)) this.#failed = { error: suppressing(thrown.error, this.#failed) };
    this.#watched.clear();
    this.#isClosed = true;
  }

  async #closeSource(): Promise<void> {
    // A web stream can only be cancelled by its reader. A function that was not called has nothing to close.
    if (!this.#opened && isSource(this.#source)) this.#open();
    const [opened, iterator, last] = [this.#opened, this.#iterator, this.#last];
    this.#opened = this.#iterator = this.#ask = this.#last = undefined;
    // A source that was never asked is closed at once.
    const state = last && (await stateOf(last));
    if (!opened || state === 'finished') return;
    const isWaiting = state === 'waiting' || [...this.#watched].some(({ thrown }) => !thrown);
    this.#stop ??= opened.abort?.signal ?? closed;
    await close(opened, iterator, isWaiting, this.#stop);
  }
}

/** Its own promise where the call gives one. */
function promiseOf<T>(ask: AsyncIterator<T>['next'], self: unknown, args: [] | [unknown]): Promise<Step<T>> {
  try {
    return Promise.resolve(Reflect.apply(ask, self, args));
  } catch (error) {
    return Promise.reject(error);
  }
}
