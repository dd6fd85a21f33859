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
 * What a function gives that `asyncContextDecorator` has wrapped: a promise, or an async generator.
 *
 * @typeParam R - what the function itself gives
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
 * What `asyncContextDecorator` gives: wraps a function, and decorates methods by both standards of decorators.
 *
 * @typeParam M - the manager
 * @typeParam This - what `this` must be for the manager to be made
 * @typeParam Args - the arguments that the manager is made of
 */
export interface AsyncContextDecorator<M, This, Args extends unknown[]> {
  /** Wraps a function, and decorates a method by TC39's standard. */
  <T extends This, A extends [...Args, ...unknown[]], R>(
    fn: (this: T, ...args: A) => R,
    context?: ClassMethodDecoratorContext<T>,
  ): (this: T, ...args: A) => AsyncDecorated<R, Awaited<Fallback<M>>>;
  /**
   * Decorates a method by TypeScript's `experimentalDecorators`.
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
 * Makes a decorator that runs each call of a function inside a manager. It wraps a plain function, and decorates
 * methods (static and private ones too) as the standard has it, and as TypeScript's `experimentalDecorators` do.
 *
 * `asyncContextDecorator(manager)(fn)` equals:
 *
 * ```ts no-run: the equivalent
 * async function wrapped(...args) {
 *   return withAsync(manager, () => fn.apply(this, args));
 * }
 * ```
 *
 * So a function that is not async becomes one. A generator function becomes an async generator function that is driven
 * inside the manager: entered at the first `next()`, exited when the generator has finished or thrown. One that is left
 * early, by `break` for example, exits its manager with a {@link ContextManagerError} `ERR_OUTCOME_UNKNOWN`, for nobody
 * has said that it succeeded: a transaction rolls back. The caller doesn't see that error.
 *
 * A function whose kind a compiler has hidden, so that it only returns a generator, can't be driven: it is refused when
 * it is called, and the manager is exited with that error.
 *
 * @param manager - whatever `withAsync` takes, entered by each call; or a function that returns one, called with the
 *   call's `this` and arguments
 * @returns the decorator; what it wraps keeps its name, length, parameters, generics and `this`
 * @throws TypeError if `manager` is neither; from the decorator, if what it decorates isn't a function or a method;
 *   from a call, if the function returned no manager: then nothing is entered
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
        // Also if the caller closes this generator: then neither the `return` nor the `catch` is reached.
        fallback = await exitCall(run, manager, thrown, leftEarly(manager, thrown, inner));
      }
      if (refused) throw refused;
      return fallback;
    },
};

/**
 * A compiler may have hidden that a function is an async generator function. Its caller iterates the promise, and shall
 * see what the call rejects with, rather than that a promise is not iterable.
 */
function rejectIteration(call: AnyFunction): AnyFunction {
  // A method, which `new` refuses as it refuses an async function.
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

/** As an async generator awaits what it yields: a rejection is thrown at the `yield`; one that it returns, by itself. */
async function awaitValue(step: IteratorResult<unknown>, generator: Generator): Promise<IteratorResult<unknown>> {
  for (;;) {
    try {
      return { ...step, value: (await step.value) as unknown };
    } catch (error) {
      step = generator.throw(error);
    }
  }
}

/** Exits the manager of a generator; gives its fallback. */
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
