import { runOf } from './engine/adapt.ts';
import { inBothWays } from './engine/both.ts';
import { keepBoth } from './engine/join.ts';
import { testOf, unmatched, type Matcher, type Test } from './engine/match.ts';
import { newRun, type Run } from './engine/run.ts';
import type { AsyncContextManager, ContextManager, Thrown } from './protocol.ts';

/**
 * Returns a manager that suppresses matching errors; the block then returns `undefined`.
 *
 * It's equivalent to this:
 *
 * ```ts no-run: the equivalent
 * try {
 *   return await body();
 * } catch (error) {
 *   if (!matchers.some((matcher) => matches(matcher, error))) throw error;
 * }
 * ```
 *
 * It tests an `AggregateError` as a whole, and then splits it, as Python splits exception groups: the errors that don't
 * match are thrown in a new error of the same class, with the same fields, message, cause and stack.
 *
 * @param matchers - error classes, and predicates; the platform's error classes also match errors from other
 *   realms (iframes, `vm` contexts, jest)
 * @returns a manager that you can use many times
 * @throws TypeError if a matcher isn't a function
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
export function suppress(
  ...matchers: readonly Matcher[]
): ContextManager<void, undefined> & AsyncContextManager<void, undefined> {
  const tests = matchers.map((matcher) => testOf('suppress()', matcher));
  const enter = () => undefined;
  const exit = (thrown?: Thrown) => thrown !== undefined && isSuppressed(tests, thrown);
  // The rest of an AggregateError is thrown as it is, with no trace of what was suppressed.
  const run = (): Run => ({ ...runOf(enter, exit), throwsAsIs: true });
  return Object.defineProperty(inBothWays('suppress', enter, exit), newRun, { value: run });
}

/** Whether the whole error is suppressed; throws the rest of an AggregateError. */
function isSuppressed(tests: readonly Test[], thrown: Thrown): boolean {
  const left = leftOf(tests, thrown);
  if (left.length === 0) return true;
  if (Object.is(left[0], thrown.error)) return false;
  throw left[0];
}

function leftOf(tests: readonly Test[], thrown: Thrown): unknown[] {
  try {
    return unmatched(thrown.error, tests);
  } catch (error) {
    throw keepBoth(error, thrown);
  }
}
