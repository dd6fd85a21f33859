import { managerFunction, type Decoration, type GeneratorFunction, type Returned } from './engine/generator.ts';
import { makeSyncManager } from './engine/manager.ts';
import type { EnteredFallback, EnterRequest, Yielded } from './enter.ts';
import type { ContextManager } from './protocol.ts';
import type { FunctionForm } from './support/messages.ts';

/**
 * {@link asyncContextManager} for a generator function that is not async.
 *
 * @param fn - the generator function; its name is the manager's name in messages
 * @returns a function with the same name, length, parameters and `this`, which gives a manager
 * @throws TypeError if `fn` is no generator function; where that does not show, entering throws it
 *
 * @example
 * ```ts
 * import { contextManager, withSync } from 'withal';
 *
 * const indent = { depth: 0 };
 *
 * const indented = contextManager(function* indented(by: number) {
 *   indent.depth += by;
 *   try {
 *     yield;
 *   } finally {
 *     indent.depth -= by;
 *   }
 * });
 *
 * withSync(indented(2), () => indent.depth); // => 2
 * indent.depth; // => 0
 * ```
 */
export function contextManager<This, Args extends unknown[], T, R, F = never>(
  fn: (this: This, ...args: Args) => Generator<T | EnterRequest<unknown, F>, R, void>,
): (this: This, ...args: Args) => ContextManager<T, Returned<R> | F>;
/** {@link contextManager} of a generator that enters managers with fallbacks of several types. */
export function contextManager<This, Args extends unknown[], Y, R>(
  fn: (this: This, ...args: Args) => Generator<Y, R, void>,
): (this: This, ...args: Args) => ContextManager<Yielded<Y>, Returned<R> | EnteredFallback<Y>>;
export function contextManager(fn: GeneratorFunction, ...decoration: Decoration[]): unknown {
  return managerFunction(makeSyncManager, syncForm, fn, decoration);
}

const syncForm: FunctionForm = {
  name: 'contextManager',
  other: 'asyncContextManager',
  syntax: 'function*',
  kind: 'GeneratorFunction',
};
