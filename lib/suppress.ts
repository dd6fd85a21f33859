import { isError, isObject, isThenable, markHandled } from './describe.ts';
import { fresh, made, type Entry } from './entry.ts';
import { keepBoth } from './errors.ts';
import { matcherReturnedPromise, notMatcher } from './messages.ts';
import type { ContextManager, Thrown } from './protocol.ts';

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
 * An `AggregateError` is asked about as a whole, and then split, as Python splits exception groups: what does not match
 * is thrown in a new one, with the same message and cause.
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
  const entry = (): Entry => ({ ...made(enter, exit), keepsErrors: true });
  return Object.defineProperty({ enter, exit }, fresh, { value: entry });
}

type Test = (error: unknown) => unknown;

function testOf(matcher: unknown): Test {
  if (typeof matcher !== 'function') throw notMatcher(matcher);
  return isClass(matcher) ? (error) => isInstance(error, matcher) : (matcher as Test);
}

/** Whether all of the error is suppressed; what is left of an AggregateError is thrown. */
function isSuppressed(tests: readonly Test[], thrown: Thrown): boolean {
  let left: unknown[];
  try {
    left = unmatched(thrown.error, tests, new Set());
  } catch (error) {
    throw keepBoth(error, thrown);
  }
  if (left.length === 0) return true;
  if (Object.is(left[0], thrown.error)) return false;
  throw left[0];
}

/** The error if it does not match, or what of it does not; nothing if all of it matches. */
function unmatched(error: unknown, tests: readonly Test[], within: ReadonlySet<unknown>): unknown[] {
  if (tests.some((test) => isTrue(test(error)))) return [];
  if (!isAggregate(error) || error.errors.length === 0 || within.has(error)) return [error];
  const left = error.errors.flatMap((inner: unknown) => unmatched(inner, tests, new Set([...within, error])));
  const isWhole =
    left.length === error.errors.length && left.every((inner, index) => Object.is(inner, error.errors[index]));
  if (isWhole) return [error];
  return left.length === 0 ? [] : [narrowed(error, left)];
}

function isTrue(answer: unknown): boolean {
  if (!isThenable(answer)) return Boolean(answer);
  markHandled(answer);
  throw matcherReturnedPromise(answer);
}

function isAggregate(error: unknown): error is AggregateError {
  return isInstance(error, AggregateError) && Array.isArray((error as AggregateError).errors);
}

function narrowed(error: AggregateError, errors: unknown[]): AggregateError {
  return 'cause' in error
    ? new AggregateError(errors, error.message, { cause: error.cause })
    : new AggregateError(errors, error.message);
}

type AnyClass = ((...args: never) => unknown) & { readonly prototype?: unknown };

/** A class by its source, or by what its instances are. */
function isClass(matcher: object): matcher is AnyClass {
  return (
    /^class\b/.test(Function.prototype.toString.call(matcher)) ||
    classesOf((matcher as AnyClass).prototype).includes('Error')
  );
}

/** Of the platform's classes each realm has its own: these match by name. */
function isInstance(error: unknown, matcher: AnyClass): boolean {
  if (error instanceof (matcher as unknown as new () => object)) return true;
  return isPlatformError.test(matcher.name) && isError(error) && classesOf(error).includes(matcher.name);
}

const isPlatformError = /^((Aggregate|Eval|Range|Reference|Suppressed|Syntax|Type|URI)?Error|DOMException)$/;

/** The names of the classes that the object, or the prototype of a class, inherits from. */
function classesOf(value: unknown): unknown[] {
  const names: unknown[] = [];
  for (let next = value; isObject(next); next = Object.getPrototypeOf(next)) {
    names.push((next.constructor as { name?: unknown } | undefined)?.name);
  }
  return names;
}
