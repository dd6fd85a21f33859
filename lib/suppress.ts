import { runOf } from './engine/adapt.ts';
import { inBothWays } from './engine/both.ts';
import { keepBoth } from './engine/join.ts';
import { newRun, type Run } from './engine/run.ts';
import type { ContextManager, Thrown } from './protocol.ts';
import { define } from './support/define.ts';
import { isError, isObject, isThenable, markHandled } from './support/describe.ts';
import { matcherReturnedPromise, notMatcher } from './support/messages.ts';

/** What {@link suppress} takes: an error class, or a function that tells whether to suppress an error. */
export type Matcher = (abstract new (...args: never) => object) | ((error: unknown) => boolean);

/**
 * Makes a manager that suppresses the errors that match; the block then gives `undefined`.
 *
 * It equals:
 *
 * ```ts no-run: the equivalent
 * try {
 *   return await body();
 * } catch (error) {
 *   if (!matchers.some((matcher) => matches(matcher, error))) throw error;
 * }
 * ```
 *
 * An `AggregateError` is asked about as a whole, and then split, as Python splits exception groups: what doesn't match is
 * thrown in a narrower one of the same class, with the same fields, message, cause and stack.
 *
 * @param matchers - error classes, and predicates; the platform's error classes match errors of every realm
 * @returns a manager that can be used many times
 * @throws TypeError if a matcher is no function
 * @throws TypeError from the block, if a predicate returns a promise
 *
 * @example
 * ```ts
 * import { suppress, withSync } from 'withal';
 *
 * withSync(suppress(SyntaxError), () => JSON.parse('{') as unknown); // => undefined
 * withSync(suppress(SyntaxError), () => JSON.parse('{}') as unknown); // => {}
 * withSync(suppress(SyntaxError), () => { throw new RangeError('not that one'); }); // throws RangeError: not that one
 * ```
 */
export function suppress(...matchers: readonly Matcher[]): ContextManager<void, undefined> {
  const tests = matchers.map(testOf);
  const enter = () => undefined;
  const exit = (thrown?: Thrown) => thrown !== undefined && isSuppressed(tests, thrown);
  // What is left of an AggregateError is thrown as it is, with no trace of what was suppressed.
  const run = (): Run => ({ ...runOf(enter, exit), throwsAsIs: true });
  return Object.defineProperty(inBothWays(enter, exit), newRun, { value: run });
}

type Test = (error: unknown) => unknown;

function testOf(matcher: unknown): Test {
  if (typeof matcher !== 'function') throw notMatcher(matcher);
  return isMatcherClass(matcher) ? (error) => isInstance(error, matcher) : (matcher as Test);
}

/** Whether all of the error is suppressed; what is left of an AggregateError is thrown. */
function isSuppressed(tests: readonly Test[], thrown: Thrown): boolean {
  let left: unknown[];
  try {
    left = unmatched(thrown.error, tests, new Map());
  } catch (error) {
    throw keepBoth(error, thrown);
  }
  if (left.length === 0) return true;
  if (Object.is(left[0], thrown.error)) return false;
  throw left[0];
}

/** The error if it does not match, or what of it does not; nothing if all of it matches. Each error is asked about once. */
function unmatched(error: unknown, tests: readonly Test[], known: Map<unknown, unknown[]>): unknown[] {
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

/** The errors of an AggregateError; none of anything else, and of what can't be read. */
function errorsOf(error: unknown): readonly unknown[] {
  try {
    const { errors } = error as AggregateError;
    return isInstance(error, AggregateError) && Array.isArray(errors) ? (errors as unknown[]) : [];
  } catch {
    return [];
  }
}

/** Python's `derive`: a group of the same class with the same fields, message, cause and stack, but with these errors. */
function narrow(error: AggregateError, errors: unknown[]): AggregateError {
  const { stack, ...fields } = Object.getOwnPropertyDescriptors(error) as PropertyDescriptorMap;
  delete fields['errors'];
  const narrower = new AggregateError(errors);
  Object.setPrototypeOf(narrower, Object.getPrototypeOf(error) as object);
  Object.defineProperties(narrower, fields);
  // Read, because where it is an accessor that belongs to the one error.
  if (stack) define(narrower, 'stack', error.stack);
  return narrower;
}

type AnyClass = ((...args: never) => unknown) & { readonly prototype?: unknown };

/** A class by its source, or by what its instances are. */
function isMatcherClass(matcher: object): matcher is AnyClass {
  return (
    /^class\b/.test(Function.prototype.toString.call(matcher)) ||
    classesOf((matcher as AnyClass).prototype).some((found) => isOfPlatform(found) && found.name === 'Error')
  );
}

/** Of the platform's classes each realm has its own: these match by name. A hostile error matches nothing. */
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
 * Whether it is a class of the platform's, and no other of the same name: the source of a proxy or of a bound function has
 * no name. Node writes its DOMException in JavaScript.
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
