import { describe, isObject, isThenable, kindOf, markHandled } from './describe.ts';
import { enteredAsync, enteredSync, isEnterable, isSyncEnterable, type ExitAsync, type ExitSync } from './entry.ts';
import { withoutOutcome } from './errors.ts';
import { likened } from './generator.ts';
import {
  decoratedAsyncFunction,
  decoratorNotCalled,
  functionReturnedGenerator,
  functionReturnedPromise,
  notDecoratable,
  notManagerOrFunction,
  outcomeUnknown,
  returnedNoManager,
} from './messages.ts';
import {
  isAsyncContextManager,
  isContextManager,
  type AsyncEnterable,
  type Enterable,
  type Fallback,
  type FallbackSync,
  type Thrown,
} from './protocol.ts';
import { withAsync, withSync } from './with.ts';

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
 * What a function gives that `contextDecorator` has wrapped. Where the function is async, and so is refused, the words
 * that the compiler then shows.
 *
 * @typeParam R - what the function itself gives
 * @typeParam F - the fallback of the manager
 */
export type Decorated<R, F> = [R] extends [never]
  ? F
  : 0 extends 1 & R
    ? R
    : [Extract<R, PromiseLike<unknown> | AsyncGenerator>] extends [never]
      ? [R] extends [Generator<infer T, infer Result, infer Sent>]
        ? Generator<T, Result | F, Sent>
        : R | F
      : 'an async function needs asyncContextDecorator()';

/**
 * What a legacy decorator gives: the method's own descriptor, which keeps its generics, where its type stays what it is.
 *
 * @typeParam F - the method
 * @typeParam Args - the arguments that the manager is made of
 * @typeParam D - what the wrapped method gives
 */
export type LegacyDecorated<F extends (...args: never) => unknown, Args extends unknown[], D> =
  Parameters<F> extends [...Args, ...unknown[]]
    ? [D] extends [ReturnType<F>]
      ? TypedPropertyDescriptor<F>
      : { value?: (...args: Parameters<F>) => D }
    : 'the manager is made of other arguments';

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
  <F extends (...args: never) => unknown>(
    target: This,
    name: string | symbol,
    descriptor: TypedPropertyDescriptor<F>,
  ): LegacyDecorated<F, Args, AsyncDecorated<ReturnType<F>, Awaited<Fallback<M>>>>;
}

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
    fn: (this: T, ...args: A) => R,
    context?: ClassMethodDecoratorContext<T>,
  ): (this: T, ...args: A) => Decorated<R, FallbackSync<M>>;
  /**
   * Decorates a method by TypeScript's `experimentalDecorators`.
   *
   * @typeParam F - the method
   */
  <F extends (...args: never) => unknown>(
    target: This,
    name: string | symbol,
    descriptor: TypedPropertyDescriptor<F>,
  ): LegacyDecorated<F, Args, Decorated<ReturnType<F>, FallbackSync<M>>>;
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
 * has said that it succeeded: a transaction rolls back. The one who left sees nothing of that error.
 *
 * A function whose kind a compiler has hidden, so that it only returns a generator, can't be driven: it is refused when
 * it is called, and the manager is exited with that error.
 *
 * @param manager - whatever `withAsync` takes, entered by each call; or a function that returns one, called with the
 *   call's `this` and arguments
 * @returns the decorator; what it wraps keeps its name, length, parameters, generics and `this`
 * @throws TypeError if `manager` is neither; from the decorator, if what it decorates is no function and no method;
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
  return decorator(asyncForm, manager, decoration);
}

/**
 * {@link asyncContextDecorator} for managers and functions that are done when they return.
 *
 * @param manager - whatever `withSync` takes, entered by each call; or a function that returns one, called with the
 *   call's `this` and arguments
 * @returns the decorator; what it wraps keeps its name, length, parameters, generics and `this`
 * @throws TypeError if `manager` is neither; from the decorator, if what it decorates is no function and no method, or
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
  return decorator(syncForm, manager, decoration);
}

type AnyFunction = (this: unknown, ...args: unknown[]) => unknown;

/** The manager of one call. */
type ManagerOf = (self: unknown, args: unknown[]) => AsyncEnterable & Enterable;

/** In what the two decorators differ. */
interface Form {
  readonly name: string;
  readonly isEnterable: (value: unknown) => boolean;
  readonly isAsync: boolean;
  readonly wrap: (fn: AnyFunction, managerOf: ManagerOf) => AnyFunction;
  readonly drive: (fn: AnyFunction, managerOf: ManagerOf) => AnyFunction;
}

const asyncForm: Form = {
  name: 'asyncContextDecorator',
  isEnterable,
  isAsync: true,
  wrap: (fn, managerOf) =>
    async function (this: unknown, ...args) {
      const manager = managerOf(this, args);
      const { run, checked } = callOf(asyncForm, fn, this, args);
      return checked(await withAsync(manager, run));
    },
  drive: (fn, managerOf) =>
    async function* (this: unknown, ...args) {
      const manager = managerOf(this, args);
      const exit = await enteredAsync(manager);
      const settle = kindOf(fn) === 'GeneratorFunction' ? awaited : undefined;
      let inner: Passing | undefined;
      let thrown: Thrown | undefined;
      let fallback: unknown;
      try {
        inner = passing(Reflect.apply(fn, this, args) as Generator, settle);
        return (yield* inner) as unknown;
      } catch (error) {
        thrown = { error };
      } finally {
        // Also where the caller closes this generator: then neither the `return` nor the `catch` is reached.
        fallback = await leaveAsync(exit, manager, thrown, inner?.isClosed);
      }
      return fallback;
    },
};

const syncForm: Form = {
  name: 'contextDecorator',
  isEnterable: isSyncEnterable,
  isAsync: false,
  wrap(fn, managerOf) {
    // A method, which `new` refuses as it refuses an async function.
    const { wrapped } = {
      wrapped(this: unknown, ...args: unknown[]): unknown {
        const manager = managerOf(this, args);
        const { run, checked } = callOf(syncForm, fn, this, args);
        return checked(withSync(manager, run));
      },
    };
    return wrapped;
  },
  drive: (fn, managerOf) =>
    function* (this: unknown, ...args) {
      const manager = managerOf(this, args);
      const exit = enteredSync(manager);
      let inner: Passing | undefined;
      let thrown: Thrown | undefined;
      let fallback: unknown;
      try {
        inner = passing(Reflect.apply(fn, this, args) as Generator);
        return (yield* inner) as unknown;
      } catch (error) {
        thrown = { error };
      } finally {
        fallback = leaveSync(exit, manager, thrown, inner?.isClosed);
      }
      return fallback;
    },
};

function decorator(form: Form, given: unknown, [context]: unknown[]): unknown {
  if (isMethodName(context)) throw decoratorNotCalled(form.name, memberOf('member', context));
  if (isContext(context)) throw decoratorNotCalled(form.name, memberOf(context.kind, context.name));
  const managerOf = managerOfCall(form, given);
  return (value: unknown, context: unknown, descriptor: unknown) => {
    if (isMethodName(context)) return decoratedProperty(form, managerOf, context, descriptor);
    if (isContext(context) && context.kind !== 'method')
      throw notDecoratable(form.name, memberOf(context.kind, context.name));
    return decorated(form, managerOf, value);
  };
}

/** TypeScript's legacy decorators are called with the name of the method. */
function isMethodName(context: unknown): context is string | symbol {
  return typeof context === 'string' || typeof context === 'symbol';
}

/** The standard's are called with a context. */
function isContext(context: unknown): context is DecoratorContext {
  return isObject(context) && 'kind' in context;
}

function memberOf(kind: string, name: string | symbol | undefined): string {
  return `the ${kind} ${String(name)}`;
}

function managerOfCall(form: Form, given: unknown): ManagerOf {
  if (typeof given === 'function' && !isManager(given)) return (self, args) => returned(form, given, self, args);
  if (form.isEnterable(given)) return () => given as ReturnType<ManagerOf>;
  throw notManagerOrFunction(form.name, given, slip(form, given));
}

/** A function that is only disposable is called, as a test's mock wants it. */
function isManager(fn: object): boolean {
  return isAsyncContextManager(fn) || isContextManager(fn);
}

function returned(form: Form, make: object, self: unknown, args: unknown[]): ReturnType<ManagerOf> {
  const manager: unknown = Reflect.apply(make as AnyFunction, self, args);
  if (form.isEnterable(manager)) return manager as ReturnType<ManagerOf>;
  markHandled(manager);
  throw returnedNoManager(form.name, manager, slip(form, manager));
}

/** What somebody who gave an async manager to the sync decorator meant. */
function slip(form: Form, given: unknown): string | undefined {
  return !form.isAsync && isEnterable(given) ? 'Did you mean asyncContextDecorator()?' : undefined;
}

function decoratedProperty(form: Form, managerOf: ManagerOf, name: string | symbol, descriptor: unknown): unknown {
  if (!isObject(descriptor)) throw notDecoratable(form.name, memberOf('field', name));
  if (descriptor['get'] ?? descriptor['set']) throw notDecoratable(form.name, memberOf('accessor', name));
  descriptor['value'] = decorated(form, managerOf, descriptor['value']);
  return descriptor;
}

function decorated(form: Form, managerOf: ManagerOf, fn: unknown): AnyFunction {
  if (typeof fn !== 'function') throw notDecoratable(form.name, describe(fn));
  if (isClass(fn)) throw notDecoratable(form.name, memberOf('class', fn.name));
  const kind = kindOf(fn);
  if (!form.isAsync && kind.startsWith('Async')) throw decoratedAsyncFunction(form.name, fn);
  const make = kind.endsWith('GeneratorFunction') ? form.drive : form.wrap;
  return likened(make(fn as AnyFunction, managerOf), fn);
}

/** Of all functions, only classes have a prototype that can't be replaced. */
function isClass(fn: object): boolean {
  return Object.getOwnPropertyDescriptor(fn, 'prototype')?.writable === false;
}

/** One call of a function, as the body of a block, and what is to be done with the block's result. */
function callOf(form: Form, fn: AnyFunction, self: unknown, args: unknown[]): Record<'run' | 'checked', AnyFunction> {
  let refused: TypeError | undefined;
  return {
    run() {
      const result = Reflect.apply(fn, self, args);
      refused = refusal(form, fn, result);
      if (refused) throw refused;
      return result;
    },
    // A manager that suppresses can't make up for a result that is still to be waited for, or to be driven.
    checked(result) {
      if (refused) throw refused;
      return result;
    },
  };
}

function refusal(form: Form, fn: AnyFunction, result: unknown): TypeError | undefined {
  if (isGeneratorLike(result)) return functionReturnedGenerator(form.name, fn, result);
  if (form.isAsync || !isThenable(result)) return undefined;
  markHandled(result);
  return functionReturnedPromise(form.name, fn, result);
}

/** Also what a compiler makes of a generator. */
function isGeneratorLike(value: unknown): boolean {
  return isObject(value) && ['next', 'throw', 'return'].every((name) => typeof value[name] === 'function');
}

type SettleStep = (step: IteratorResult<unknown>, generator: Generator) => unknown;

interface Passing extends AsyncIterable<unknown>, Iterable<unknown> {
  readonly isClosed: boolean;
}

/**
 * The generator for a `yield*`, which passes everything on to it. That alone does not tell that the caller closed it: a
 * generator that yields while it is closed goes on as if it had not been.
 */
function passing(generator: Generator, settle: SettleStep = (step) => step): Passing {
  const passed = {
    isClosed: false,
    next: (value: unknown) => settle(generator.next(value), generator),
    throw: (error: unknown) => settle(generator.throw(error), generator),
    return(value: unknown) {
      passed.isClosed = true;
      return settle(generator.return(value), generator);
    },
    [Symbol.iterator]: () => passed as unknown as Iterator<unknown>,
    [Symbol.asyncIterator]: () => passed as unknown as AsyncIterator<unknown>,
  };
  return passed;
}

/** As an async generator awaits what it yields: a rejection is thrown at the `yield`; one that it returns, by itself. */
async function awaited(step: IteratorResult<unknown>, generator: Generator): Promise<IteratorResult<unknown>> {
  for (;;) {
    try {
      return { ...step, value: (await step.value) as unknown };
    } catch (error) {
      step = generator.throw(error);
    }
  }
}

/** Exits the manager of a generator; gives its fallback. Closed early without an error, nobody can say that it succeeded. */
async function leaveAsync(
  exit: ExitAsync,
  manager: unknown,
  thrown: Thrown | undefined,
  isClosed: boolean | undefined,
): Promise<unknown> {
  if (thrown || !isClosed) return exit(thrown, thrown);
  const unknown: Thrown = { error: outcomeUnknown(manager) };
  try {
    return await exit(unknown, undefined);
  } catch (error) {
    return throwIfAny(withoutOutcome(error, unknown.error));
  }
}

/** {@link leaveAsync} for a synchronous driver. */
function leaveSync(
  exit: ExitSync,
  manager: unknown,
  thrown: Thrown | undefined,
  isClosed: boolean | undefined,
): unknown {
  if (thrown || !isClosed) return exit(thrown, thrown);
  const unknown: Thrown = { error: outcomeUnknown(manager) };
  try {
    return exit(unknown, undefined);
  } catch (error) {
    return throwIfAny(withoutOutcome(error, unknown.error));
  }
}

function throwIfAny(thrown: Thrown | undefined): unknown {
  if (thrown) throw thrown.error;
  return undefined;
}
