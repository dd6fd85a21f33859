import { isEnterable, isSyncEnterable } from './engine/adapt.ts';
import { joinForms } from './engine/both.ts';
import { asyncForm, syncForm, type Form } from './engine/compose.ts';
import { keepBoth } from './engine/join.ts';
import { makeAsyncManager, makeSyncManager } from './engine/manager.ts';
import { testOf, unmatched, type Matcher, type Test } from './engine/match.ts';
import { isRefusal, isUnknownOutcome } from './engine/outcome.ts';
import type { Step } from './engine/run.ts';
import { WrapperRun } from './engine/wrap.ts';
import type {
  AsyncContextManager,
  ContextManager,
  Entered,
  EnteredSync,
  Fallback,
  FallbackSync,
  Thrown,
} from './protocol.ts';
import { notEnterable } from './support/messages.ts';
import type { SlipSync, TakenAsync } from './support/slips.ts';

/**
 * The manager that {@link passing} returns. It works in `withSync` if the given one does.
 *
 * @typeParam M - the given manager
 */
export type Passing<M> = AsyncContextManager<Awaited<Entered<M>>, Awaited<Fallback<M>>> &
  ([SlipSync<M>] extends [never] ? ContextManager<EnteredSync<M>, FallbackSync<M>> : unknown);

/**
 * Returns a manager that treats a matching error as a success, for frameworks that throw for control flow, as Next's
 * `redirect()` does. The given manager exits as if the block had returned, and then the same error is rethrown.
 *
 * `withAsync(passing(transaction(db), isRedirect), body)` equals:
 *
 * ```ts no-run: the equivalent
 * let passed;
 * const result = await withAsync(transaction(db), async (tx) => {
 *   try {
 *     return await body(tx);
 *   } catch (error) {
 *     if (!isRedirect(error)) throw error;
 *     passed = { error };
 *   }
 * });
 * if (passed) throw passed.error;
 * return result;
 * ```
 *
 * If that exit fails, its error is thrown instead. The matching error isn't its cause, because a framework that
 * searches causes for a redirect would answer a failed commit with it. Other managers around the block still see an
 * error.
 *
 * @param manager - whatever `withAsync` takes
 * @param matchers - error classes and predicates, as {@link suppress} takes them; a predicate must be exact
 * @returns a manager that you can use as often as the given one
 * @throws TypeError if `manager` can't be entered, or a matcher is not a function
 * @throws TypeError from the block, if a predicate returns a promise; the manager exits with that error
 *
 * @example
 * ```ts
 * import { asyncContextManager, passing, withAsync } from 'withal';
 *
 * const log: string[] = [];
 *
 * const transaction = asyncContextManager(async function* transaction() {
 *   try {
 *     yield;
 *     log.push('commit');
 *   } catch (error) {
 *     log.push('roll back');
 *     throw error;
 *   }
 * });
 *
 * class Redirect extends Error {}
 *
 * await withAsync(passing(transaction(), Redirect), () => { throw new Redirect('/done'); }); // throws Error: /done
 * log; // => ['commit']
 * ```
 */
export function passing<M extends TakenAsync<M>>(manager: M, ...matchers: readonly Matcher[]): Passing<M>;
export function passing(manager: unknown, ...matchers: readonly unknown[]): unknown {
  if (!isEnterable(manager)) throw notEnterable('passing()', manager);
  const tests = matchers.map((matcher) => testOf('passing()', matcher));
  const async = makeAsyncManager(passingRun, undefined, [manager, tests]);
  if (!isSyncEnterable(manager)) return async;
  return joinForms('passing', makeSyncManager(passingRunSync, undefined, [manager, tests]), async);
}

const { passing: passingRun } = {
  passing: (manager: unknown, tests: readonly Test[]) => new PassingRun(asyncForm, manager, tests),
};

const { passing: passingRunSync } = {
  passing: (manager: unknown, tests: readonly Test[]) => new PassingRun(syncForm, manager, tests),
};

/** Gives the manager an outcome that may differ from the block's. */
class PassingRun extends WrapperRun {
  private readonly tests: readonly Test[];

  constructor(form: Form, manager: unknown, tests: readonly Test[]) {
    super(form, manager);
    this.tests = tests;
  }

  override throw(error: unknown): Step | Promise<Step> {
    const outcome = judge({ error }, this.tests);
    if (outcome) return super.throw(outcome.error);
    return this.form.unwind(this, false, undefined, ({ thrown }) => {
      throw thrown ? thrown.error : error;
    });
  }
}

/**
 * The outcome for the manager: success if the error matches. An unknown outcome, or a block that has not run, never
 * matches.
 */
function judge(thrown: Thrown, tests: readonly Test[]): Thrown | undefined {
  if (isUnknownOutcome(thrown) || isRefusal(thrown)) return thrown;
  try {
    return unmatched(thrown.error, tests).length > 0 ? thrown : undefined;
  } catch (error) {
    return { error: keepBoth(error, thrown) };
  }
}
