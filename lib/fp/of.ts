import { nullContext } from '../null-context.ts';
import type { AsyncContextManager, ContextManager } from '../protocol.ts';

/**
 * Returns a manager that passes a value to the block, and does nothing else. It is `nullContext`, under the name that
 * goes with `map` and `chain`.
 *
 * @param value - the value for the block
 * @returns a manager that you can use many times
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
