import { inBothWays } from './engine/both.ts';
import type { Thrown } from './protocol.ts';
import { isObject, isThenable } from './support/describe.ts';
import { notClosable } from './support/messages.ts';

/**
 * A manager of a thing that wants to be closed. Only `withAsync` takes it where closing returns a promise.
 *
 * @typeParam T - the thing
 * @typeParam Closed - what closing it returns
 */
export interface ClosingManager<T, Closed> {
  /** Gives the thing. */
  enter(): T;
  /** Closes the thing, and suppresses nothing. */
  exit(
    thrown?: Thrown,
  ): 0 extends 1 & Closed ? void : Extract<Closed, PromiseLike<unknown>> extends never ? void : Promise<void>;
}

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
export function closing<T extends { close(): unknown }>(thing: T): ClosingManager<T, ReturnType<T['close']>>;
/**
 * {@link closing} of a thing that has no `close()`, or is to be closed in another way.
 *
 * @param thing - what to close
 * @param close - closes the thing; a promise that it returns is awaited, so it is for `withAsync`
 */
export function closing<T, Closed>(thing: T, close: (thing: T) => Closed): ClosingManager<T, Closed>;
export function closing(thing: unknown, close: unknown = closeMethod): ClosingManager<unknown, unknown> {
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
