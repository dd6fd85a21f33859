import { inBothWays } from './engine/both.ts';
import type { AsyncContextManager, ContextManager } from './protocol.ts';
import { isObject, isThenable } from './support/describe.ts';
import { notClosable } from './support/messages.ts';
import type { Done } from './support/slips.ts';

/**
 * Makes a manager that gives the thing to the block, and closes it afterwards, however the block ended.
 *
 * It equals, with the body's error kept where closing fails too:
 *
 * ```ts no-run: the equivalent
 * try {
 *   return await body(thing);
 * } finally {
 *   await thing.close();
 * }
 * ```
 *
 * @param thing - what has a method `close()`; where that returns a promise it is awaited, so it is for `withAsync`
 * @returns a manager that can be used many times, as far as the thing can
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
  thing: T & Done<ReturnType<T['close']>, 'Its close() returns a promise.'>,
): ContextManager<T> & AsyncContextManager<Awaited<T>>;
/** {@link closing} of a thing whose `close()` may return a promise, which is awaited: for `withAsync`. */
export function closing<T extends { close(): unknown }>(thing: T): AsyncContextManager<Awaited<T>>;
/**
 * {@link closing} of a thing that has no `close()`, or is to be closed in another way.
 *
 * @param thing - what to close
 * @param close - closes the thing
 */
export function closing<T, Closed>(
  thing: T,
  close: (thing: T) => Closed & Done<Closed, 'It returns a promise.'>,
): ContextManager<T> & AsyncContextManager<Awaited<T>>;
/** {@link closing} with a function that may return a promise, which is awaited: for `withAsync`. */
export function closing<T>(thing: T, close: (thing: T) => unknown): AsyncContextManager<Awaited<T>>;
export function closing(thing: unknown, close: unknown = closeMethod): unknown {
  if (typeof close !== 'function') throw notClosable('a function that closes', close);
  if (close === closeMethod && !(isObject(thing) && typeof thing['close'] === 'function'))
    throw notClosable('a thing with a close()', thing);
  const exit = () => {
    const closed: unknown = close(thing);
    // What closing gives doesn't answer an error: a `true` from it must not suppress.
    return isThenable(closed) ? Promise.resolve(closed).then(() => undefined) : undefined;
  };
  return inBothWays(() => thing, exit);
}

function closeMethod(thing: { close(): unknown }): unknown {
  return thing.close();
}
