import { refusePromise, runOf, runOfAsync } from './engine/adapt.ts';
import { inBothWays } from './engine/both.ts';
import { newRun, type Run } from './engine/run.ts';
import type { AsyncContextManager, ContextManager } from './protocol.ts';
import { isObject, isThenable, kindOf } from './support/describe.ts';
import { notClosable } from './support/messages.ts';
import type { Done } from './support/slips.ts';
import { asyncDispose } from './support/symbols.ts';

/**
 * What closing the thing returns. An async disposable whose `close()` takes a callback is awaited.
 *
 * @typeParam T - the thing
 */
export type ClosedBy<T extends { close(): unknown }> = T extends AsyncDisposable
  ? Parameters<T['close']> extends []
    ? ReturnType<T['close']>
    : Parameters<T['close']> extends [unknown?]
      ? Promise<void>
      : ReturnType<T['close']>
  : ReturnType<T['close']>;

/**
 * Returns a manager that passes the thing to the block, and closes it afterwards, however the block ended.
 *
 * For a Node server or a file stream, the block waits until requests are answered and everything is written: `close()`
 * only starts that, so the manager passes it a callback, and waits.
 *
 * It's equivalent to this, except that the body's error is kept if closing fails too:
 *
 * ```ts no-run: the equivalent
 * try {
 *   return await body(thing);
 * } finally {
 *   await thing.close();
 * }
 * ```
 *
 * @param thing - anything with a `close()` method. If `close()` returns a promise, the manager awaits it, so use it
 *   with `withAsync`. Also use `withAsync` if the thing has `Symbol.asyncDispose` and its `close()` takes one argument:
 *   for an event emitter (a Node server or stream), the manager passes a callback and waits for it; for anything else,
 *   it calls `Symbol.asyncDispose`
 * @returns a manager that you can use as often as you can close the thing
 * @throws TypeError if there is nothing to call
 *
 * @example
 * ```ts
 * import { closing, withAsync } from 'withal';
 *
 * const pool = { open: true, async end() { this.open = false; } };
 *
 * await withAsync(closing(pool, (pool) => pool.end()), (pool) => pool.open); // => true
 * pool.open; // => false
 * ```
 */
export function closing<T extends { close(): unknown }>(
  thing: T & Done<ClosedBy<T>, 'Its close() returns a promise.'>,
): ContextManager<T> & AsyncContextManager<Awaited<T>>;
/** {@link closing} for a thing whose `close()` may return a promise, which is awaited; use it with `withAsync`. */
export function closing<T extends { close(): unknown }>(thing: T): AsyncContextManager<Awaited<T>>;
/**
 * {@link closing} for a thing that doesn't have `close()`, or that you close in another way.
 *
 * @param thing - what to close
 * @param close - closes the thing
 */
export function closing<T, Closed>(
  thing: T,
  close: (thing: T) => Closed & Done<Closed, 'It returns a promise.'>,
): ContextManager<T> & AsyncContextManager<Awaited<T>>;
/** {@link closing} with a function that may return a promise, which is awaited; use it with `withAsync`. */
export function closing<T>(thing: T, close: (thing: T) => unknown): AsyncContextManager<Awaited<T>>;
export function closing(thing: unknown, close: unknown = closeMethod): unknown {
  if (typeof close !== 'function') throw notClosable('a function that closes', close);
  if (close === closeMethod && !(isObject(thing) && typeof thing['close'] === 'function'))
    throw notClosable('a thing with a close()', thing);
  const exit = () => {
    const closed: unknown = close(thing);
    // What closing returns is not an answer to the error: a `true` from it must not suppress.
    return isThenable(closed) ? Promise.resolve(closed).then(() => undefined) : undefined;
  };
  const enter = () => thing;
  // The thing may be a promise too, such as an execa child process. It is closed, not awaited.
  const run = (isSync?: true): Run =>
    isSync ? runOf(enter, () => refusePromise(exit())) : runOfAsync(false, enter, exit);
  return Object.defineProperty(inBothWays('closing', enter, exit), newRun, { value: run });
}

interface Closable extends Record<PropertyKey, unknown> {
  close(callback?: (error?: Failure) => void): unknown;
}

type Failure = Error & { readonly code?: unknown };

/** Node's servers, sockets and file streams return at once from `close()`, and call back once they are closed. */
function closeMethod(thing: Closable): unknown {
  const disposal = thing[asyncDispose];
  if (typeof disposal !== 'function' || !takesCallback(thing)) return thing.close();
  // Elsewhere the parameter may be anything.
  return isEmitter(thing) ? closeWithCallback(thing) : Reflect.apply(disposal, thing, []);
}

/** Checks each `close` that the thing inherits: an HTTP server's own passes on an argument that it doesn't declare. */
function takesCallback(thing: Closable): boolean {
  if (kindOf(thing.close) === 'AsyncFunction') return false;
  for (let object: object | null = thing; object; object = Object.getPrototypeOf(object) as object | null) {
    const close: unknown = Object.getOwnPropertyDescriptor(object, 'close')?.value;
    if (typeof close === 'function' && close.length === 1) return true;
  }
  return false;
}

interface Emitter extends Closable {
  on(event: 'error', listener: (error: Failure) => void): unknown;
  off(event: 'error', listener: (error: Failure) => void): unknown;
}

function isEmitter(thing: Closable): thing is Emitter {
  return typeof thing['on'] === 'function' && typeof thing['off'] === 'function';
}

async function closeWithCallback(thing: Emitter): Promise<void> {
  // A stream that failed earlier has already reported it.
  const { errored } = thing;
  let failure: Failure | undefined;
  const fail = (error: Failure | undefined) => {
    if (error !== errored) failure ??= error;
  };
  // A stream that can't write the rest reports it only by an event.
  thing.on('error', fail);
  try {
    fail(
      await new Promise<Failure | undefined>((resolve) => {
        const closed = thing.close(resolve);
        if (isThenable(closed)) resolve(closed.then(() => undefined));
      }),
    );
  } finally {
    thing.off('error', fail);
  }
  // If a stream ends early, it was asked to.
  if (failure && failure.code !== 'ERR_STREAM_PREMATURE_CLOSE') throw failure;
}
