import type { AsyncContextManager } from './protocol.ts';
import { isObject } from './support/describe.ts';

/**
 * Tells whether a value has `enterAsync()` and `exitAsync()`.
 *
 * @param value - anything
 * @returns whether `withAsync` would enter it as an async manager
 *
 * @example
 * ```ts
 * import { asyncContextManager, isAsyncContextManager } from 'withal';
 *
 * const session = asyncContextManager(async function* session() {
 *   yield 'open';
 * });
 *
 * isAsyncContextManager(session()); // => true
 * isAsyncContextManager(session); // => false
 * ```
 */
export function isAsyncContextManager(value: unknown): value is AsyncContextManager<unknown, unknown> {
  return isObject(value) && typeof value['enterAsync'] === 'function' && typeof value['exitAsync'] === 'function';
}
