import { define } from '../support/define.ts';
import { isError, isObject, isThenable, markHandled } from '../support/describe.ts';
import { matcherReturnedPromise, notMatcher } from '../support/messages.ts';

/** Selects errors: an error class, or a predicate. */
export type Matcher = (abstract new (...args: never) => object) | Predicate['test'];

/**
 * Declared as a method, so that its parameter may have any type: the type of a thrown value can't be checked anyway.
 */
interface Predicate {
  test(error: unknown): boolean;
}

export type Test = (error: unknown) => unknown;

export function testOf(caller: string, matcher: unknown): Test {
  if (typeof matcher !== 'function') throw notMatcher(caller, matcher);
  return isMatcherClass(matcher) ? (error) => isInstance(error, matcher) : (matcher as Test);
}

/**
 * Returns the part of the error that doesn't match: nothing, the error itself, or a narrower AggregateError. Tests each
 * error once.
 */
export function unmatched(
  error: unknown,
  tests: readonly Test[],
  known: Map<unknown, unknown[]> = new Map<unknown, unknown[]>(),
): unknown[] {
  const before = known.get(error);
  if (before) return before;
  // A ring ends here.
  known.set(error, [error]);
  const left = tests.some((test) => isTrue(test(error))) ? [] : unmatchedWithin(error, tests, known);
  known.set(error, left);
  return left;
}

function unmatchedWithin(error: unknown, tests: readonly Test[], known: Map<unknown, unknown[]>): unknown[] {
  const errors = errorsOf(error);
  const left = errors.flatMap((inner) => unmatched(inner, tests, known));
  const isWhole = left.length === errors.length && left.every((inner, index) => Object.is(inner, errors[index]));
  if (isWhole) return [error];
  return left.length === 0 ? [] : [narrow(error as AggregateError, left)];
}

function isTrue(answer: unknown): boolean {
  if (!isThenable(answer)) return Boolean(answer);
  markHandled(answer);
  throw matcherReturnedPromise(answer);
}

/** The errors of an AggregateError; undefined for anything else, and for errors that can't be read. */
function errorsOf(error: unknown): readonly unknown[] {
  try {
    const { errors } = error as AggregateError;
    return isInstance(error, AggregateError) && Array.isArray(errors) ? (errors as unknown[]) : [];
  } catch {
    return [];
  }
}

/**
 * Python's `derive`: a group of the same class with the same fields, message, cause and stack, but with these errors.
 */
function narrow(error: AggregateError, errors: unknown[]): AggregateError {
  const { stack, ...fields } = Object.getOwnPropertyDescriptors(error) as PropertyDescriptorMap;
  delete fields['errors'];
  const narrower = new AggregateError(errors);
  Object.setPrototypeOf(narrower, Object.getPrototypeOf(error) as object);
  Object.defineProperties(narrower, fields);
  // Copies the value, because `stack` may be an accessor of that one error.
  if (stack) define(narrower, 'stack', error.stack);
  return narrower;
}

type AnyClass = ((...args: never) => unknown) & { readonly prototype?: unknown };

/** Recognizes a class by its source, or by what its instances are. */
function isMatcherClass(matcher: object): matcher is AnyClass {
  return (
    /^class\b/.test(Function.prototype.toString.call(matcher)) ||
    classesOf((matcher as AnyClass).prototype).some((found) => isOfPlatform(found) && found.name === 'Error')
  );
}

/** Each realm has its own platform classes, so these match by name. A hostile error matches nothing. */
function isInstance(error: unknown, matcher: AnyClass): boolean {
  try {
    if (error instanceof (matcher as unknown as new () => object)) return true;
    return (
      isOfPlatform(matcher) &&
      isError(error) &&
      classesOf(error).some((found) => isOfPlatform(found) && found.name === matcher.name)
    );
  } catch {
    return false;
  }
}

/**
 * Whether it's a class of the platform, and not another one of the same name: the source text of a proxy or of a bound
 * function has no name. Node implements its DOMException in JavaScript.
 */
function isOfPlatform(found: unknown): found is AnyClass {
  if (typeof found !== 'function') return false;
  const source = Function.prototype.toString.call(found).replace(/\s/g, '');
  return found.name === 'DOMException' || source === `function${found.name}(){[nativecode]}`;
}

/** The classes that the object, or the prototype of a class, inherits from. */
function classesOf(value: unknown): unknown[] {
  const classes: unknown[] = [];
  for (let next = value; isObject(next); next = Object.getPrototypeOf(next)) classes.push(next.constructor);
  return classes;
}
