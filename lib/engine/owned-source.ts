import type { AsyncSource, SourceFunction } from '../aclosing.ts';
import type { Thrown } from '../protocol.ts';
import { reasonOf, type AbortSignalLike } from '../support/abort.ts';
import { onAbort } from '../support/on-abort.ts';
import type { Aborted } from './is-abort.ts';
import { suppressing } from './join.ts';
import { owe, settle, slot } from './observer.ts';
import {
  close,
  closeAfter,
  closed,
  isEnd,
  isSource,
  isStopped,
  iterate,
  open,
  stateOf,
  type Opened,
} from './source.ts';
import { Watched, WatchedList } from './watched.ts';

type Step<T> = IteratorResult<T>;

/**
 * A source that is opened on first use, and closed once. Calls are answered in order, as with the language's own
 * generators.
 */
export class OwnedSource<T> {
  /** Set once the signal has closed the source. */
  abortion: Aborted | undefined;
  /** Set if a block owns it, and so is sure to close it. */
  isEntered = false;
  /** Set when the iterator is requested. */
  isLoopBeginning = false;
  private readonly source: AsyncSource<T> | SourceFunction<T>;
  private readonly signal: AbortSignalLike | undefined;
  private opened: Opened<T> | undefined;
  private iterator: AsyncIterator<T> | undefined;
  /** The iterator's `next`, read once as loops do. Undefined before the source is opened, and after. */
  private ask: AsyncIterator<T>['next'] | undefined;
  /** The last result of `next()`, which says whether the source is done. */
  private last: Promise<Step<T>> | undefined;
  /** Calls by hand that have no answer yet, or that failed unseen. */
  private readonly watched = new WatchedList<Step<T>>();
  private unfollow: (() => void) | undefined;
  /** Set once the source was told to stop. */
  private stop: Aborted | undefined;
  /** Set once the closing has begun. Fulfilled when it's done, and all calls since then are answered. */
  private turn: Promise<unknown> | undefined;
  private isClosed = false;
  /** The error of the closing, until a caller gets it. */
  private failed: Thrown | undefined;

  constructor(source: AsyncSource<T> | SourceFunction<T>, signal: AbortSignalLike | undefined) {
    this.source = source;
    this.signal = signal;
    owe(this, undefined, 'aclosing');
  }

  get isClosing(): boolean {
    return this.turn !== undefined;
  }

  /**
   * Opens the source. If that fails, or if the signal has aborted, returns a promise that rejects once the source is
   * closed.
   */
  open(): Promise<Step<T>> | undefined {
    try {
      this.begin();
    } catch (error) {
      return this.fail(error);
    }
    return this.turn && this.inTurn(() => this.end());
  }

  /** Requests the next step. Code that drives by hand reads this property for every call. */
  get next(): (...args: [] | [unknown]) => Promise<Step<T>> {
    // A loop asks for the iterator, then reads this once, and awaits what it asks for.
    const isLoop = this.isLoopBeginning && !this.signal && !slot.observer;
    this.isLoopBeginning = false;
    let isTrusted = false;
    return (...args) => {
      // Watching every item of a loop too would take two to three times as long.
      if (isTrusted && this.ask && !this.watched.first) return this.take(this.ask, args);
      isTrusted = isLoop;
      return this.takeWatched(args);
    };
  }

  /**
   * Closes the source unless that has begun, and then answers, or throws the closing error if no caller has it yet.
   */
  close<R>(answer: () => R | PromiseLike<R>): Promise<R> {
    this.beginClosing();
    return this.inTurn(() => {
      this.tell();
      return answer();
    });
  }

  /** Closes the source unless that has begun, and then rejects with the error. */
  fail(error: unknown): Promise<never> {
    this.beginClosing();
    return this.inTurn(() => closeAfter(error, () => this.tell()));
  }

  /** Opens the source and follows the signal, unless either is over. */
  private begin(): void {
    const { signal } = this;
    if (this.turn) return;
    if (signal?.aborted) {
      this.abort(signal);
      return;
    }
    this.openSource();
    owe(this, 'never finished', 'aclosing');
    if (signal) this.unfollow = onAbort(signal, () => this.abort(signal));
  }

  private openSource(): void {
    this.opened ??= open(this.source);
    this.iterator ??= iterate(this.opened.source);
    this.ask = this.iterator.next;
  }

  private takeWatched(args: [] | [unknown]): Promise<Step<T>> {
    const failed = this.ask ? undefined : this.open();
    return failed ?? this.watch(this.take(this.ask as AsyncIterator<T>['next'], args));
  }

  /** Requests the next step; if the iterator returns a promise, returns a new one. */
  private take(ask: AsyncIterator<T>['next'], args: [] | [unknown]): Promise<Step<T>> {
    try {
      // Spreading or applying them would cost 3 % per item.
      const step = args.length === 0 ? ask.call(this.iterator) : ask.call(this.iterator, args[0]);
      this.last = Promise.resolve(step);
    } catch (error) {
      this.last = Promise.reject(error);
    }
    return this.last;
  }

  /** Closes the source because the signal aborted. Pending calls reject with the reason, once the source is closed. */
  private abort(signal: AbortSignalLike): void {
    const reason = reasonOf(signal);
    this.stop = this.abortion = { reason };
    this.beginClosing();
    for (const watched of this.watched) {
      watched.quiet();
      watched.resolve(this.inTurn(() => closeAfter(reason, () => watched.isAwaited && this.tell())));
    }
  }

  private watch(step: Promise<Step<T>>): Promise<Step<T>> {
    const watched = new Watched<Step<T>>();
    this.watched.add(watched);
    step.then(
      (result) => {
        this.watched.delete(watched);
        if (isEnd(result)) this.letGo();
        watched.resolve(result);
      },
      (error: unknown) => {
        this.letGo();
        if (this.isClosed) this.failLate(watched, error);
        else this.failWatched(watched, error);
      },
    );
    return watched.promise;
  }

  private failWatched(watched: Watched<Step<T>>, error: unknown): void {
    if (!this.turn && watched.isAwaited) this.watched.delete(watched);
    // If nothing waits for it by the end of the block, the block reports it, unless the source was only told to stop.
    else if (!this.stop || !isStopped(error, this.stop)) watched.thrown = { error };
    if (this.turn || this.isEntered) watched.quiet();
    watched.reject(error);
  }

  /** Fails the calls that were still pending when the source was closed. */
  private failLate(watched: Watched<Step<T>>, error: unknown): void {
    if (this.stop && isStopped(error, this.stop)) watched.quiet();
    // The waiting callers got the signal's reason, so no caller is left for this error.
    else if (this.abortion) throw error;
    watched.reject(error);
  }

  private beginClosing(): void {
    if (this.turn) return;
    let finish: (() => void) | undefined;
    this.turn = new Promise<void>((resolve) => (finish = resolve));
    this.letGo();
    for (const watched of this.watched) if (watched.thrown) watched.quiet();
    void this.finishClosing().then(finish);
  }

  /** The source no longer needs to be closed. */
  private letGo(): void {
    this.unfollow?.();
    settle(this);
  }

  private async finishClosing(): Promise<void> {
    try {
      await this.closeSource();
    } catch (error) {
      this.failed = { error };
    }
    for (const { thrown, isAwaited } of this.watched)
      if (thrown && (this.abortion || !isAwaited)) this.failed = { error: suppressing(thrown.error, this.failed) };
    this.watched.clear();
    this.isClosed = true;
  }

  private async closeSource(): Promise<void> {
    // A web stream can only be cancelled by its reader. If a source function wasn't called, there is nothing to close.
    if (!this.opened && isSource(this.source)) this.openSource();
    const { opened, iterator, last } = this;
    this.opened = this.iterator = this.ask = this.last = undefined;
    // A source that was never asked for an item is closed at once.
    const state = last && (await stateOf(last));
    if (!opened || state === 'finished') return;
    const isWaiting = state === 'waiting' || [...this.watched].some(({ thrown }) => !thrown);
    this.stop ??= opened.abort?.signal ?? closed;
    await close(opened, iterator, isWaiting, this.stop);
  }

  /** Answers once all earlier calls are answered. */
  private inTurn<R>(answer: () => R | PromiseLike<R>): Promise<R> {
    const answered = Promise.resolve(this.turn).then(answer);
    const settled = () => undefined;
    this.turn = answered.then(settled, settled);
    return answered;
  }

  /** Answers a `next()` that comes after the closing has begun. */
  private end(): Step<T> | Promise<never> {
    if (this.abortion) return closeAfter(this.abortion.reason, () => this.tell());
    return { value: undefined, done: true };
  }

  /** Throws the closing error, for the first caller that asks. */
  private tell(): void {
    const { failed } = this;
    this.failed = undefined;
    if (failed) throw failed.error;
  }
}
