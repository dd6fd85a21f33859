import {
  managerFunction,
  type AnyGenerator,
  type Decoration,
  type GeneratorFunction,
  type Returned,
} from './engine/generator.ts';
import { makeSyncManager } from './engine/manager.ts';
import type { EnterRequest } from './enter.ts';
import type { ContextManager } from './protocol.ts';
import type { FunctionForm } from './support/messages.ts';
import type { Starred } from './support/slips.ts';

/** `GeneratedAsync` for a sync generator. */
export type Generated<G> =
  G extends Generator<infer T | EnterRequest<unknown>, infer R, never>
    ? ContextManager<T, Returned<R>>
    : [G | Generator<EnterRequest<unknown>, never, never>] extends [
          Generator<infer T | EnterRequest<unknown, infer F>, infer R, never>,
        ]
      ? ContextManager<T, Returned<R> | F>
      : never;

/**
 * {@link asyncContextManager} for sync generator functions.
 *
 * @param fn - the generator function; its name is the manager's name in messages
 * @returns a function with the same name, length, parameters and `this`, which returns a manager
 * @throws TypeError if `fn` isn't a generator function; if that can't be detected up front, entering throws
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
export function contextManager<This, Args extends unknown[], G extends AnyGenerator>(
  fn: (this: This, ...args: Args) => G & Starred<G>,
): (this: This, ...args: Args) => Generated<G>;
export function contextManager(fn: GeneratorFunction, ...decoration: Decoration[]): unknown {
  return managerFunction(makeSyncManager, syncForm, fn, decoration);
}

const syncForm: FunctionForm = {
  name: 'contextManager',
  other: 'asyncContextManager',
  syntax: 'function*',
  kind: 'GeneratorFunction',
};
