import { nullContext } from '../null-context.ts';
import type { AsyncContextManager, ContextManager } from '../protocol.ts';

/**
 * Makes a manager that gives a value to the block, and does nothing else: `nullContext` under the name that it has next to
 * `map` and `chain`.
 *
 * @param value - what entering gives
 * @returns a manager that can be used many times
 *
 * @example
 * ```ts
 * import { pipe } from 'remeda';
 * import { map, of, use } from 'withal/fp';
 *
 * await pipe(of(20), map((n) => n + 1), use((n) => 2 * n)); // => 42
 * ```
 */
export function of<T>(value: T): ContextManager<T> & AsyncContextManager<Awaited<T>> {
  return nullContext(value);
}
