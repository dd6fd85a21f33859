import type { ContextManager } from './protocol.ts';
import { isObject } from './support/describe.ts';

/**
 * Tells whether a value has `enter()` and `exit()`.
 *
 * @param value - anything
 * @returns whether `withSync` would enter it as a manager
 *
 * @example
 * ```ts
 * import { closing, isContextManager } from 'withal';
 *
 * isContextManager(closing({ close() {} })); // => true
 * isContextManager({ enter() {} }); // => false
 * ```
 */
export function isContextManager(value: unknown): value is ContextManager<unknown, unknown> {
  return isObject(value) && typeof value['enter'] === 'function' && typeof value['exit'] === 'function';
}
