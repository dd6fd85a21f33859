import type { AsyncSource, SourceFunction } from '../aclosing.ts';
import type { Thrown } from '../protocol.ts';
import { abortSource, type AbortSource } from '../support/abort.ts';
import { isGenerator, isObject, markHandled } from '../support/describe.ts';
import { notIterable, sourceDidNotStop } from '../support/messages.ts';
import { asyncDispose, dispose } from '../support/symbols.ts';
import { isAbort, type Aborted } from './is-abort.ts';
import { keepBoth, suppressing } from './join.ts';

export interface Opened<T> {
  readonly source: AsyncSource<T>;
  /** Tells the source to stop, if a function made it. */
  readonly abort?: AbortSource;
}

/** The {@link Aborted} of a source that stops only because it's being closed. */
export const closed: Aborted = { reason: Symbol('closed') };

export function isSource(value: unknown): value is AsyncSource<unknown> {
  if (typeof value === 'string') return true;
  return isObject(value) && sourceKeys.some((key) => typeof value[key] === 'function');
}

/** Not every browser can iterate a web stream; its reader can. */
const sourceKeys = [Symbol.asyncIterator, Symbol.iterator, 'next', 'getReader'];

export function open<T>(source: AsyncSource<T> | SourceFunction<T>): Opened<T> {
  if (isSource(source)) return { source };
  const abort = abortSource();
  const made = source(abort.signal);
  if (isSource(made)) return { source: made, abort };
  markHandled(made);
  throw notIterable(made);
}

export function iterate<T>(source: AsyncSource<T>): AsyncIterator<T> {
  if (isWebStream<T>(source)) return reading(source);
  const { [Symbol.asyncIterator]: async, [Symbol.iterator]: sync } = source as Partial<AsyncIterable<T> & Iterable<T>>;
  if (typeof async === 'function') return Reflect.apply(async, source, []);
  return typeof sync === 'function' ? awaiting(Reflect.apply(sync, source, [])) : (source as AsyncIterator<T>);
}

interface WebStream<T> {
  getReader(): Reader<T>;
}

interface Reader<T> {
  readonly closed: Promise<unknown>;
  read(): Promise<IteratorResult<T>>;
  cancel(): Promise<void>;
  releaseLock(): void;
}

function isWebStream<T>(source: unknown): source is WebStream<T> {
  return isObject(source) && typeof source['getReader'] === 'function';
}

/**
 * An iterator of a web stream. The stream's own iterator delays a `return()` until a pending read is done; only a
 * reader can cancel before that.
 */
function reading<T>(stream: WebStream<T>): AsyncIterator<T> {
  const reader = stream.getReader();
  let isOver = false;
  const release = () => {
    isOver = true;
    reader.releaseLock();
  };
  // If the reader has failed, the caller that gets the error releases it.
  reader.closed.then(release, () => undefined);
  return {
    async next() {
      if (isOver) return { value: undefined, done: true };
      try {
        return await reader.read();
      } catch (error) {
        release();
        throw error;
      }
    },
    async return() {
      await reader.cancel().finally(release);
      return { value: undefined, done: true };
    },
  };
}

/** An iterator of the awaited values. As in `for await`, a value that rejects closes the source. */
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

/** Closes, and then throws the error, or both errors if closing fails too. */
export async function closeAfter(error: unknown, close: () => unknown): Promise<never> {
  try {
    await close();
  } catch (closing) {
    throw keepBoth(closing, { error });
  }
  throw error;
}

/** The result of a `next()`. A source that reported its end, or threw, is finished. */
export async function stateOf(step: Promise<IteratorResult<unknown>>): Promise<'waiting' | 'open' | 'finished'> {
  const waiting = Promise.resolve('waiting' as const);
  try {
    // If both have settled, the first one wins.
    const result = await Promise.race([step, waiting]);
    return result === 'waiting' ? result : isEnd(result) ? 'finished' : 'open';
  } catch {
    return 'finished';
  }
}

/** Whether the step says that the source is done. An iterator may give anything. */
export function isEnd(step: unknown): boolean {
  return isObject(step) && Boolean(step['done']);
}

/** Closes a source before its end. If the source could not be iterated, it has no iterator. */
export async function close<T>(
  { source, abort }: Opened<T>,
  iterator: AsyncIterator<T> | undefined,
  isWaiting: boolean,
  stop: Aborted,
): Promise<void> {
  // If this signal itself is what stops the source, it has no reason yet, and gets the usual one.
  abort?.abort(stop.reason);
  // A source that was told to stop may throw that reason.
  const returned = unless(returnIterator(iterator), (error) => stop !== closed && isAbort(error, stop));
  // A source that is waiting may return only after it's disposed; any other source is disposed after it has returned.
  if (!isWaiting) await Promise.allSettled([returned]);
  await allOf([returned, disposeSource(source, stop)]);
}

async function returnIterator(iterator: AsyncIterator<unknown> | undefined): Promise<void> {
  const step = (await iterator?.return?.()) as { done?: unknown } | undefined;
  if (step?.done === false) throw sourceDidNotStop();
}

async function disposeSource(given: unknown, stop: Aborted): Promise<void> {
  // Strings have properties too.
  const source = given as Record<PropertyKey, unknown>;
  const asyncMethod = ownDisposal(source, asyncDispose);
  // A Node stream that its `return()` has destroyed still has to close; its only complaint is the early end.
  const isDestroyed = source['destroyed'] === true;
  if (asyncMethod) await unless(asyncMethod(), (error) => isDestroyed && isStopped(error, stop));
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

/** From Node 24 on, iterators inherit disposals, which only call their `return()` again. */
function inheritedDisposals(): unknown[] {
  /* istanbul ignore next -- never run: only its prototype is wanted */
  // eslint-disable-next-line @typescript-eslint/no-empty-function -- as above
  const generatorFunction = async function* () {};
  const async = Object.getPrototypeOf(Object.getPrototypeOf(generatorFunction.prototype)) as AsyncDisposable;
  const sync = Object.getPrototypeOf(Object.getPrototypeOf([].values())) as Disposable;
  return [async[asyncDispose], sync[dispose]];
}

/** Whether the error says only that the source was stopped. */
export function isStopped(error: unknown, stop: Aborted): boolean {
  return (isObject(error) && error['code'] === 'ERR_STREAM_PREMATURE_CLOSE') || isAbort(error, stop);
}

/** Waits, and drops an error that was expected. */
async function unless(waiting: unknown, isExpected: (error: unknown) => boolean): Promise<void> {
  try {
    await waiting;
  } catch (error) {
    if (!isExpected(error)) throw error;
  }
}

/** Waits for all, and throws all failures. */
async function allOf(promises: readonly Promise<unknown>[]): Promise<void> {
  let failed: Thrown | undefined;
  for (const result of await Promise.allSettled(promises)) {
    if (result.status === 'rejected') failed = { error: suppressing(result.reason, failed) };
  }
  if (failed) throw failed.error;
}
