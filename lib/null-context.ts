import { inBothWays } from './engine/both.ts';
import type { AsyncContextManager, ContextManager } from './protocol.ts';

/**
 * Returns a manager that does nothing, for when a manager is optional.
 *
 * @returns a manager that you can use many times
 *
 * @example
 * ```ts
 * import { closing, nullContext, withSync } from 'withal';
 *
 * function read(file: string | { text: string; close(): void }) {
 *   // Closes only what it opened itself.
 *   const source = typeof file === 'string' ? closing({ text: file, close() {} }) : nullContext(file);
 *   return withSync(source, ({ text }) => text);
 * }
 *
 * read('opened here'); // => 'opened here'
 * read({ text: 'borrowed', close() { throw new Error('not ours'); } }); // => 'borrowed'
 * ```
 */
export function nullContext(): ContextManager<undefined> & AsyncContextManager<undefined>;
/**
 * {@link nullContext} with a value for the block.
 *
 * @param value - the value for the block
 */
export function nullContext<T>(value: T): ContextManager<T> & AsyncContextManager<Awaited<T>>;
export function nullContext(value?: unknown): unknown {
  return inBothWays(
    'nullContext',
    () => value,
    () => undefined,
  );
}
