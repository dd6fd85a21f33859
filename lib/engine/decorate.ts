import { isAsyncContextManager } from '../is-async-context-manager.ts';
import { isContextManager } from '../is-context-manager.ts';
import type { AsyncEnterable, Enterable, Thrown } from '../protocol.ts';
import { describe, isObject, isThenable, kindOf, markHandled } from '../support/describe.ts';
import {
  decoratedAsyncFunction,
  decoratorNotCalled,
  functionReturnedGenerator,
  functionReturnedPromise,
  notDecoratable,
  notManagerOrFunction,
  outcomeUnknown,
  returnedNoManager,
} from '../support/messages.ts';
import { withSignatureOf } from '../support/signature.ts';
import { asyncIterator } from '../support/symbols.ts';
import { isEnterable } from './adapt.ts';
import { isUnrun } from './body.ts';
import { settle } from './observer.ts';
import { makeUnknownOutcome, markRefusal } from './outcome.ts';

export type Method = (...args: never) => unknown;

/** A compile error for a method whose arguments don't fit the manager's. */
export type TakesArguments<F extends Method, Args extends unknown[]> =
  Parameters<F> extends [...Args, ...unknown[]] ? unknown : 'The manager takes other arguments.';

/**
 * What a legacy decorator returns: the method's own descriptor, which keeps its generics, if its type doesn't change.
 *
 * @typeParam F - the method
 * @typeParam D - what the wrapped method returns
 */
export type LegacyDecorated<F extends Method, D> = [D] extends [ReturnType<F>]
  ? TypedPropertyDescriptor<F>
  : { value?: (...args: Parameters<F>) => D };

/**
 * Keeps the compiler from inferring T here, from a decorated method. TypeScript 5.2 has no `NoInfer`.
 */
export type Fixed<T> = [T][T extends unknown ? 0 : never];

export type AnyFunction = (this: unknown, ...args: unknown[]) => unknown;

/** The manager of one call. */
type ManagerOf = (self: unknown, args: unknown[]) => AsyncEnterable & Enterable;

/** How the two decorators differ. */
export interface DecoratorForm {
  readonly name: string;
  readonly isEnterable: (value: unknown) => boolean;
  readonly isAsync: boolean;
  readonly wrap: (fn: AnyFunction, managerOf: ManagerOf) => AnyFunction;
  readonly drive: (fn: AnyFunction, managerOf: ManagerOf) => AnyFunction;
}

/** Makes the decorator of either form. */
export function decorate(form: DecoratorForm, given: unknown, [context]: unknown[]): unknown {
  if (isMethodName(context)) throw decoratorNotCalled(form.name, memberOf('member', context));
  if (isContext(context)) throw decoratorNotCalled(form.name, memberOf(context.kind, context.name));
  const managerOf = managerOfCall(form, given);
  return (value: unknown, context: unknown, descriptor: unknown) => {
    if (isMethodName(context)) return decorateProperty(form, managerOf, context, descriptor);
    if (isContext(context) && context.kind !== 'method')
      throw notDecoratable(form.name, memberOf(context.kind, context.name));
    return wrapOrDrive(form, managerOf, value);
  };
}

/** TypeScript's legacy decorators are called with the name of the method. */
function isMethodName(context: unknown): context is string | symbol {
  return typeof context === 'string' || typeof context === 'symbol';
}

/** Standard decorators are called with a context. */
function isContext(context: unknown): context is DecoratorContext {
  return isObject(context) && 'kind' in context;
}

function memberOf(kind: string, name: string | symbol | undefined): string {
  return `the ${kind} ${String(name)}`;
}

function managerOfCall(form: DecoratorForm, given: unknown): ManagerOf {
  if (typeof given === 'function' && !isManager(given)) return (self, args) => makeManager(form, given, self, args);
  if (form.isEnterable(given)) {
    // A function that is never called needs no manager.
    settle(given as object);
    return () => given as ReturnType<ManagerOf>;
  }
  throw notManagerOrFunction(form.name, given, slip(form, given));
}

/** A function that is only a disposable is called: mocks in tests are such functions. */
function isManager(fn: object): boolean {
  return isAsyncContextManager(fn) || isContextManager(fn);
}

function makeManager(form: DecoratorForm, make: object, self: unknown, args: unknown[]): ReturnType<ManagerOf> {
  const manager: unknown = Reflect.apply(make as AnyFunction, self, args);
  if (form.isEnterable(manager)) return manager as ReturnType<ManagerOf>;
  markHandled(manager);
  throw returnedNoManager(form.name, manager, slip(form, manager));
}

/** The advice for a caller who passed an async manager to the sync decorator. */
function slip(form: DecoratorForm, given: unknown): string | undefined {
  return !form.isAsync && isEnterable(given) ? 'Did you mean asyncContextDecorator()?' : undefined;
}

function decorateProperty(
  form: DecoratorForm,
  managerOf: ManagerOf,
  name: string | symbol,
  descriptor: unknown,
): unknown {
  if (!isObject(descriptor)) throw notDecoratable(form.name, memberOf('field', name));
  if (descriptor['get'] ?? descriptor['set']) throw notDecoratable(form.name, memberOf('accessor', name));
  descriptor['value'] = wrapOrDrive(form, managerOf, descriptor['value']);
  return descriptor;
}

function wrapOrDrive(form: DecoratorForm, managerOf: ManagerOf, fn: unknown): AnyFunction {
  if (typeof fn !== 'function') throw notDecoratable(form.name, describe(fn));
  if (isClass(fn)) throw notDecoratable(form.name, memberOf('class', fn.name));
  const kind = kindOf(fn);
  if (!form.isAsync && kind.startsWith('Async')) throw decoratedAsyncFunction(form.name, fn);
  const make = kind.endsWith('GeneratorFunction') ? form.drive : form.wrap;
  return withSignatureOf(fn, make(fn as AnyFunction, managerOf));
}

/** Only classes have a prototype that can't be replaced. */
function isClass(fn: object): boolean {
  return Object.getOwnPropertyDescriptor(fn, 'prototype')?.writable === false;
}

/** One call of a function, as the body of a block, and the check of the block's result. */
export function callOf(
  form: DecoratorForm,
  fn: AnyFunction,
  self: unknown,
  args: unknown[],
): Record<'body' | 'check', AnyFunction> {
  let refused: TypeError | undefined;
  return {
    body() {
      const result = Reflect.apply(fn, self, args);
      refused = refuse(form, fn, result);
      if (refused) throw refused;
      return result;
    },
    // A manager that suppresses can't make up for a result that must still be awaited or driven.
    check(result) {
      if (refused) throw refused;
      return result;
    },
  };
}

function refuse(form: DecoratorForm, fn: AnyFunction, result: unknown): TypeError | undefined {
  // A compiler may have hidden the kind of the function.
  if (isUnrun(result)) return markRefusal(functionReturnedGenerator(fn, result));
  if (form.isAsync || !isThenable(result)) return undefined;
  markHandled(result);
  return markRefusal(functionReturnedPromise(form.name, fn, result));
}

type SettleStep = (step: IteratorResult<unknown>, generator: Generator) => unknown;

/** A generator to delegate to, which knows whether the caller closed it. */
export interface Delegate extends AsyncIterable<unknown>, Iterable<unknown> {
  readonly isClosed: boolean;
}

/**
 * Delegates to a generator. A bare `yield*` can't tell whether the caller closed the generator: one that yields while
 * it's being closed simply continues.
 */
export function delegate(generator: Generator, settle: SettleStep = (step) => step): Delegate {
  const delegated = {
    isClosed: false,
    next: (value: unknown) => settle(generator.next(value), generator),
    throw: (error: unknown) => settle(generator.throw(error), generator),
    return(value: unknown) {
      delegated.isClosed = true;
      return settle(generator.return(value), generator);
    },
    [Symbol.iterator]: () => delegated as unknown as Iterator<unknown>,
    [asyncIterator]: () => delegated as unknown as AsyncIterator<unknown>,
  };
  return delegated;
}

/** The unknown outcome of a generator that was closed early without an error. */
export function leftEarly(
  manager: unknown,
  thrown: Thrown | undefined,
  inner: Delegate | undefined,
): Thrown | undefined {
  return !thrown && inner?.isClosed ? makeUnknownOutcome(outcomeUnknown(manager)) : undefined;
}

/** Throws what a teardown threw, except the unknown outcome: the caller that closed the generator doesn't see it. */
export function throwUnless(unknown: Thrown | undefined, error: unknown): void {
  if (!unknown || !Object.is(error, unknown.error)) throw error;
}
