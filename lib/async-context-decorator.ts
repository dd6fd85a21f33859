import { adaptAsync, isEnterable } from './engine/adapt.ts';
import { refuseGenerator } from './engine/body.ts';
import {
  callOf,
  decorate,
  delegate,
  leftEarly,
  throwUnless,
  type AnyFunction,
  type DecoratorForm,
  type Delegate,
  type Fixed,
  type LegacyDecorated,
  type Method,
  type TakesArguments,
} from './engine/decorate.ts';
import { beginAsync, finishAsync, type Run } from './engine/run.ts';
import type { AsyncEnterable, Fallback, Thrown } from './protocol.ts';
import { define } from './support/define.ts';
import { kindOf } from './support/describe.ts';
import { promiseNotIterable } from './support/messages.ts';
import { asyncIterator } from './support/symbols.ts';
import { withAsync } from './with-async.ts';

/**
 * What a function returns once `asyncContextDecorator` has wrapped it: a promise, or an async generator.
 *
 * @typeParam R - what the function itself returns
 * @typeParam F - the fallback of the manager
 */
export type AsyncDecorated<R, F> = [R] extends [never]
  ? Promise<F>
  : 0 extends 1 & R
    ? R
    : [R] extends [AsyncGenerator<infer T, infer Result, infer Sent>]
      ? AsyncGenerator<T, Result | F, Sent>
      : [R] extends [Generator<infer T, infer Result, infer Sent>]
        ? AsyncGenerator<Awaited<T>, Awaited<Result> | F, Sent>
        : Promise<Awaited<R> | F>;

/**
 * What `asyncContextDecorator` returns. It wraps a function, or decorates a method with either kind of decorator.
 *
 * @typeParam M - the manager
 * @typeParam This - the `this` that the manager needs
 * @typeParam Args - the arguments that the manager needs
 */
export interface AsyncContextDecorator<M, This, Args extends unknown[]> {
  /** Wraps a function, or decorates a method as a standard (TC39) decorator. */
  <T extends This, A extends [...Args, ...unknown[]], R>(
    fn: (this: T, ...args: A) => R,
    context?: ClassMethodDecoratorContext<T>,
  ): (this: T, ...args: A) => AsyncDecorated<R, Awaited<Fallback<M>>>;
  /**
   * Decorates a method under TypeScript's `experimentalDecorators`.
   *
   * @typeParam F - the method
   */
  <F extends Method>(
    target: Fixed<This>,
    name: string | symbol,
    descriptor: TypedPropertyDescriptor<F> & TakesArguments<F, Args>,
  ): LegacyDecorated<F, AsyncDecorated<ReturnType<F>, Awaited<Fallback<M>>>>;
}

/**
 * Returns a decorator that runs each call of a function inside a manager. It wraps plain functions, and decorates
 * methods (static and private ones too), with standard decorators or TypeScript's `experimentalDecorators`.
 *
 * `asyncContextDecorator(manager)(fn)` equals:
 *
 * ```ts no-run: the equivalent
 * async function wrapped(...args) {
 *   return withAsync(manager, () => fn.apply(this, args));
 * }
 * ```
 *
 * So a sync function becomes an async one. A generator function becomes an async generator function, which runs inside
 * the manager: the manager is entered at the first `next()`, and exited when the generator has finished or thrown. If
 * the consumer leaves early, with `break` for example, the outcome is unknown: the manager exits with a {@link
 * ContextManagerError} `ERR_OUTCOME_UNKNOWN`, so a transaction rolls back. The consumer doesn't see that error.
 *
 * If a compiler has turned a generator function into a plain function that returns a generator, the decorator can't
 * drive it: the call is refused, and the manager exits with that error.
 *
 * @param manager - whatever `withAsync` takes, entered by each call; or a function that returns one, called with the
 *   call's `this` and arguments
 * @returns the decorator; the wrapped function keeps its name, length, parameters, generics and `this`
 * @throws TypeError if `manager` is neither; from the decorator, if it decorates anything but a function or a method;
 *   from a call, before anything is entered, if the function doesn't return a manager
 *
 * @example
 * ```ts
 * import { asyncContextDecorator, asyncContextManager } from 'withal';
 *
 * const log: string[] = [];
 *
 * const logged = asyncContextManager(async function* logged(title: string) {
 *   log.push(`begin ${title}`);
 *   yield;
 *   log.push(`end ${title}`);
 * });
 *
 * const double = asyncContextDecorator(logged('double'))(async (x: number) => 2 * x);
 *
 * await double(21); // => 42
 * log; // => ['begin double', 'end double']
 *
 * class Report {
 *   title = 'report';
 *
 *   @asyncContextDecorator(function (this: Report) { return logged(this.title); })
 *   async *lines() {
 *     yield 'first line';
 *     yield 'last line';
 *   }
 * }
 *
 * for await (const line of new Report().lines()) log.push(line);
 * log.slice(2); // => ['begin report', 'first line', 'last line', 'end report']
 * ```
 */
export function asyncContextDecorator<This, Args extends unknown[], M extends AsyncEnterable>(
  manager: (this: This, ...args: Args) => M,
): AsyncContextDecorator<M, This, Args>;
export function asyncContextDecorator<M extends AsyncEnterable>(manager: M): AsyncContextDecorator<M, unknown, []>;
export function asyncContextDecorator(manager: unknown, ...decoration: unknown[]): unknown {
  return decorate(asyncForm, manager, decoration);
}

export const asyncForm: DecoratorForm = {
  name: 'asyncContextDecorator',
  isEnterable,
  isAsync: true,
  wrap(fn, managerOf) {
    const call = async function (this: unknown, ...args: unknown[]): Promise<unknown> {
      const manager = managerOf(this, args);
      const { body, check } = callOf(asyncForm, fn, this, args);
      return check(await withAsync(manager, body));
    };
    return kindOf(fn) === 'Function' ? rejectIteration(call) : call;
  },
  drive: (fn, managerOf) =>
    async function* (this: unknown, ...args) {
      const manager = managerOf(this, args);
      const { run } = await beginAsync(adaptAsync(manager, `${asyncForm.name}()`), manager);
      const settle = kindOf(fn) === 'GeneratorFunction' ? awaitValue : undefined;
      let inner: Delegate | undefined;
      let thrown: Thrown | undefined;
      let refused: TypeError | undefined;
      let fallback: unknown;
      try {
        inner = delegate(Reflect.apply(fn, this, args) as Generator, settle);
        const result = (yield* inner) as unknown;
        refused = refuseGenerator(`${asyncForm.name}()`, result);
        if (refused) throw refused;
        return result;
      } catch (error) {
        thrown = { error };
      } finally {
        // This also runs if the caller closes this generator, when neither the `return` nor the `catch` is reached.
        fallback = await exitCall(run, manager, thrown, leftEarly(manager, thrown, inner));
      }
      if (refused) throw refused;
      return fallback;
    },
};

/**
 * A compiler may have hidden that a function is an async generator function. Its caller then iterates the promise, and
 * should see what the call rejects with instead of "not iterable".
 */
function rejectIteration(call: AnyFunction): AnyFunction {
  // A method, because `new` refuses methods as it refuses async functions.
  const { wrapped } = {
    wrapped(this: unknown, ...args: unknown[]): unknown {
      const promise = Reflect.apply(call, this, args) as Promise<unknown>;
      const next = async () => {
        await promise;
        throw promiseNotIterable(asyncForm.name);
      };
      define(promise, asyncIterator, () => ({ next }));
      return promise;
    },
  };
  return wrapped;
}

/**
 * Awaits a yielded value, as an async generator does: a rejection is thrown at the `yield`. A returned value is awaited
 * anyway.
 */
async function awaitValue(step: IteratorResult<unknown>, generator: Generator): Promise<IteratorResult<unknown>> {
  for (;;) {
    try {
      return { ...step, value: (await step.value) as unknown };
    } catch (error) {
      step = generator.throw(error);
    }
  }
}

/** Exits the manager of a generator; returns its fallback. */
async function exitCall(
  run: Run,
  manager: unknown,
  thrown: Thrown | undefined,
  unknown: Thrown | undefined,
): Promise<unknown> {
  try {
    return (await finishAsync(run, manager, thrown ?? unknown)).value;
  } catch (error) {
    throwUnless(unknown, error);
    return undefined;
  }
}
