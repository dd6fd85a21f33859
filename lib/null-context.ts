import { inBothWays } from './engine/both.ts';
import type { AsyncContextManager, ContextManager } from './protocol.ts';

/**
 * Makes a manager that does nothing: it stands in where there may or may not be a manager.
 *
 * @returns a manager that can be used many times
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
 * {@link nullContext} that gives a value to the block.
 *
 * @param value - what entering gives
 */
export function nullContext<T>(value: T): ContextManager<T> & AsyncContextManager<Awaited<T>>;
export function nullContext(value?: unknown): unknown {
  return inBothWays(
    'nullContext',
    () => value,
    () => undefined,
  );
}
