import { adaptSync, isSyncEnterable } from './engine/adapt.ts';
import { refuseGenerator } from './engine/body.ts';
import {
  callOf,
  decorate,
  delegate,
  leftEarly,
  throwUnless,
  type DecoratorForm,
  type Delegate,
  type Fixed,
  type LegacyDecorated,
  type Method,
  type TakesArguments,
} from './engine/decorate.ts';
import { beginSync, finishSync, type SyncRun } from './engine/run.ts';
import type { Enterable, FallbackSync, Thrown } from './protocol.ts';
import type { SyncFunction } from './support/slips.ts';
import { withSync } from './with-sync.ts';

/**
 * What a function gives that `contextDecorator` has wrapped.
 *
 * @typeParam R - what the function itself gives
 * @typeParam F - the fallback of the manager
 */
export type Decorated<R, F> = [F] extends [never]
  ? R
  : [R] extends [never]
    ? F
    : 0 extends 1 & R
      ? R
      : [R] extends [Generator<infer T, infer Result, infer Sent>]
        ? Generator<T, Result | F, Sent>
        : R | F;

type SyncMethod<F extends Method, Args extends unknown[]> = [SyncFunction<ReturnType<F>>] extends [string]
  ? SyncFunction<ReturnType<F>>
  : TakesArguments<F, Args>;

/**
 * What `contextDecorator` gives: wraps a function, and decorates methods by both standards of decorators.
 *
 * @typeParam M - the manager
 * @typeParam This - what `this` must be for the manager to be made
 * @typeParam Args - the arguments that the manager is made of
 */
export interface ContextDecorator<M, This, Args extends unknown[]> {
  /** Wraps a function, and decorates a method by TC39's standard. */
  <T extends This, A extends [...Args, ...unknown[]], R>(
    fn: (this: T, ...args: A) => R & SyncFunction<R>,
    context?: ClassMethodDecoratorContext<T>,
  ): (this: T, ...args: A) => Decorated<R, FallbackSync<M>>;
  /**
   * Decorates a method by TypeScript's `experimentalDecorators`.
   *
   * @typeParam F - the method
   */
  <F extends Method>(
    target: Fixed<This>,
    name: string | symbol,
    descriptor: TypedPropertyDescriptor<F> & SyncMethod<F, Args>,
  ): LegacyDecorated<F, Decorated<ReturnType<F>, FallbackSync<M>>>;
}

/**
 * {@link asyncContextDecorator} for managers and functions that are done when they return.
 *
 * @param manager - whatever `withSync` takes, entered by each call; or a function that returns one, called with the
 *   call's `this` and arguments
 * @returns the decorator; what it wraps keeps its name, length, parameters, generics and `this`
 * @throws TypeError if `manager` is neither; from the decorator, if what it decorates isn't a function or a method, or
 *   an async one; from a call, if the function returned no manager: then nothing is entered
 * @throws TypeError from a call that returned a promise; the manager is exited with that error, and can't suppress it
 *
 * @example
 * ```ts
 * import { contextDecorator, contextManager } from 'withal';
 *
 * const log: string[] = [];
 *
 * const section = contextManager(function* section(title: string) {
 *   log.push(`<${title}>`);
 *   yield;
 *   log.push(`</${title}>`);
 * });
 *
 * const write = contextDecorator(section)((title: string, text: string) => log.push(text));
 *
 * write('main', 'text');
 * log; // => ['<main>', 'text', '</main>']
 * ```
 */
export function contextDecorator<This, Args extends unknown[], M extends Enterable>(
  manager: (this: This, ...args: Args) => M,
): ContextDecorator<M, This, Args>;
export function contextDecorator<M extends Enterable>(manager: M): ContextDecorator<M, unknown, []>;
export function contextDecorator(manager: unknown, ...decoration: unknown[]): unknown {
  return decorate(syncForm, manager, decoration);
}

export const syncForm: DecoratorForm = {
  name: 'contextDecorator',
  isEnterable: isSyncEnterable,
  isAsync: false,
  wrap(fn, managerOf) {
    // A method, which `new` refuses as it refuses an async function.
    const { wrapped } = {
      wrapped(this: unknown, ...args: unknown[]): unknown {
        const manager = managerOf(this, args);
        const { body, check } = callOf(syncForm, fn, this, args);
        return check(withSync(manager, body));
      },
    };
    return wrapped;
  },
  drive: (fn, managerOf) =>
    function* (this: unknown, ...args) {
      const manager = managerOf(this, args);
      const { run } = beginSync(adaptSync(manager, `${syncForm.name}()`), manager);
      let inner: Delegate | undefined;
      let thrown: Thrown | undefined;
      let refused: TypeError | undefined;
      let fallback: unknown;
      try {
        inner = delegate(Reflect.apply(fn, this, args) as Generator);
        const result = (yield* inner) as unknown;
        refused = refuseGenerator(`${syncForm.name}()`, result);
        if (refused) throw refused;
        return result;
      } catch (error) {
        thrown = { error };
      } finally {
        fallback = exitCall(run, manager, thrown, leftEarly(manager, thrown, inner));
      }
      if (refused) throw refused;
      return fallback;
    },
};

/** Exits the manager of a generator; gives its fallback. */
function exitCall(run: SyncRun, manager: unknown, thrown: Thrown | undefined, unknown: Thrown | undefined): unknown {
  try {
    return finishSync(run, manager, thrown ?? unknown).value;
  } catch (error) {
    throwUnless(unknown, error);
    return undefined;
  }
}
