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
 * What a function returns once `contextDecorator` has wrapped it.
 *
 * @typeParam R - what the function itself returns
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
 * What `contextDecorator` returns. It wraps a function, or decorates a method with either kind of decorator.
 *
 * @typeParam M - the manager
 * @typeParam This - the `this` that the manager needs
 * @typeParam Args - the arguments that the manager needs
 */
export interface ContextDecorator<M, This, Args extends unknown[]> {
  /** Wraps a function, or decorates a method as a standard (TC39) decorator. */
  <T extends This, A extends [...Args, ...unknown[]], R>(
    fn: (this: T, ...args: A) => R & SyncFunction<R>,
    context?: ClassMethodDecoratorContext<T>,
  ): (this: T, ...args: A) => Decorated<R, FallbackSync<M>>;
  /**
   * Decorates a method under TypeScript's `experimentalDecorators`.
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
 * {@link asyncContextDecorator} for sync managers and functions.
 *
 * @param manager - whatever `withSync` takes, entered by each call; or a function that returns one, called with the
 *   call's `this` and arguments
 * @returns the decorator; the wrapped function keeps its name, length, parameters, generics and `this`
 * @throws TypeError if `manager` is neither; from the decorator, if it decorates anything but a sync function or
 *   method; from a call, before anything is entered, if the function doesn't return a manager
 * @throws TypeError from a call that returned a promise; the manager exits with that error, and can't suppress it
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
    // A method, because `new` refuses methods as it refuses async functions.
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

/** Exits the manager of a generator; returns its fallback. */
function exitCall(run: SyncRun, manager: unknown, thrown: Thrown | undefined, unknown: Thrown | undefined): unknown {
  try {
    return finishSync(run, manager, thrown ?? unknown).value;
  } catch (error) {
    throwUnless(unknown, error);
    return undefined;
  }
}
