import {
  managerFunction,
  type AnyAsyncGenerator,
  type Decoration,
  type GeneratorFunction,
  type Returned,
} from './engine/generator.ts';
import { makeAsyncManager } from './engine/manager.ts';
import type { EnterRequest } from './enter.ts';
import type { AsyncContextManager } from './protocol.ts';
import type { FunctionForm } from './support/messages.ts';

/** The manager of an async generator. Most can't suppress, so that case comes first. */
export type GeneratedAsync<G> =
  G extends AsyncGenerator<infer T | EnterRequest<unknown>, infer R, never>
    ? AsyncContextManager<T, Returned<R>>
    : [G | AsyncGenerator<EnterRequest<unknown>, never, never>] extends [
          AsyncGenerator<infer T | EnterRequest<unknown, infer F>, infer R, never>,
        ]
      ? AsyncContextManager<T, Returned<R> | F>
      : never;

/**
 * Turns an async generator function that yields exactly once into a function that returns managers. The code before the
 * `yield` sets up, the yielded value goes to the block, and the code after it tears down. An error thrown in the block
 * is thrown at the `yield`, where the generator can roll back and rethrow it, translate it, or return a fallback
 * instead.
 *
 * `withAsync(transaction(pool), body)` equals, for the generator below:
 *
 * ```ts no-run: the equivalent, with stand-ins for the database
 * const client = await pool.connect();
 * try {
 *   await client.query('BEGIN');
 *   let result;
 *   try {
 *     result = await body(client);
 *     await client.query('COMMIT');
 *   } catch (error) {
 *     await client.query('ROLLBACK');
 *     throw error;
 *   }
 *   return result;
 * } finally {
 *   client.release();
 * }
 * ```
 *
 * A manager is a description: calling the manager function runs nothing, and each entry calls the generator function
 * again. So you can enter one manager many times, nested or concurrently.
 *
 * @param fn - the generator function; its name is the manager's name in messages
 * @returns a function with the same name, length, parameters and `this`, which returns a manager
 * @throws TypeError if `fn` isn't an async generator function; if that can't be detected up front, entering throws
 *
 * @example
 * ```ts
 * import { asyncContextManager, withAsync } from 'withal';
 *
 * const log: string[] = [];
 *
 * const transaction = asyncContextManager(async function* transaction(name: string) {
 *   log.push(`begin ${name}`);
 *   try {
 *     yield name.toUpperCase();
 *     log.push('commit');
 *   } catch (error) {
 *     log.push('roll back');
 *     throw error;
 *   }
 * });
 *
 * await withAsync(transaction('a'), (value) => `${value}!`); // => 'A!'
 * log; // => ['begin a', 'commit']
 * ```
 */
export function asyncContextManager<This, Args extends unknown[], G extends AnyAsyncGenerator>(
  fn: (this: This, ...args: Args) => G,
): (this: This, ...args: Args) => GeneratedAsync<G>;
export function asyncContextManager(fn: GeneratorFunction, ...decoration: Decoration[]): unknown {
  return managerFunction(makeAsyncManager, asyncForm, fn, decoration);
}

const asyncForm: FunctionForm = {
  name: 'asyncContextManager',
  other: 'contextManager',
  syntax: 'async function*',
  kind: 'AsyncGeneratorFunction',
};
