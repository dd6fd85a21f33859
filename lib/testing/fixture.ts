import { withAsync, type AsyncEnterable, type Thrown } from '../index.ts';
import { notFixtureFunction, notObjectForm, notRunner } from './messages.ts';
import { namesTakenBy } from './runner/parameters.ts';
import { runningTest } from './runner/running-test.ts';
import type { ValueOf } from './kit/setting.ts';

/**
 * A fixture for `extend` of Vitest and Playwright.
 *
 * @typeParam Context - the other fixtures
 * @typeParam Value - what it passes to a test
 */
export type FixtureFunction<Context, Value> = (context: Context, use: (value: Value) => Promise<void>) => Promise<void>;

/**
 * Turns a function that makes a manager into a fixture for `extend` of Vitest and Playwright. The test is the
 * manager's block: the manager sees how the test failed, and can roll back, or keep what there is to see.
 *
 * It equals the following, except that each error is reported once, and skips no other fixture:
 *
 * ```ts no-run: the equivalent
 * async ({ db }, use) => {
 *   await withAsync(transaction(db), async (value) => {
 *     await use(value);
 *     if (theTestHasFailed) throw itsError;
 *   });
 * }
 * ```
 *
 * Vitest's other form, `extend('db', …)`, doesn't tell a fixture how the test ended, so it's refused.
 *
 * Runners hand out copies of errors: the manager gets an `Error` with the same message, stack and cause.
 *
 * @param make - makes the manager, from the fixtures that it destructures. Runners read their names from its source
 *   text
 * @returns the fixture
 * @throws TypeError if `make` isn't a function whose first parameter is a destructuring pattern, `({ db }) => …`
 *
 * @example
 * ```ts no-run: it takes a test runner
 * import { test as base } from 'vitest';
 * import { fixture } from 'withal/testing';
 *
 * const test = base
 *   .extend({ db: fixture(() => database()) })
 *   .extend({ tx: fixture(({ db }) => transaction(db)) });
 *
 * test('inserts', async ({ tx }) => {
 *   await tx.query('INSERT …');
 * });
 * ```
 */
export function fixture<Context, M extends AsyncEnterable>(
  make: (context: Context) => M,
): FixtureFunction<Context, ValueOf<M>>;
export function fixture(make: Make): unknown {
  return fixtureOf('fixture()', make, async (context, use, info) => {
    // Vitest's extend('db', …) passes { onCleanup } instead.
    if (typeof use !== 'function') throw notObjectForm();
    const test = runningTest(context, info);
    if (!test) throw notRunner('fixture()', 'extend of Vitest or Playwright');
    await useIn(make(context), use, test.failure, test.report);
  });
}

/** Makes a manager from the other fixtures. */
export type Make = (context: unknown) => AsyncEnterable;

export type Use = (value: unknown) => Promise<void>;

/** What a runner calls; the third argument is Playwright's. */
type Run = (context: unknown, use: Use, info: unknown) => Promise<void>;

/** Uses a manager's value in its block, which fails as `failure` says; also reports what its teardown threw. */
export async function useIn(
  manager: AsyncEnterable,
  use: Use,
  failure: () => Thrown | undefined,
  report: (error: unknown) => void,
): Promise<void> {
  const block: { isSetUp?: true; thrown?: Thrown | undefined } = {};
  try {
    await withAsync(manager, async (value) => {
      block.isSetUp = true;
      await use(value);
      block.thrown = failure();
      if (block.thrown) throw block.thrown.error;
    });
  } catch (error) {
    if (!block.isSetUp) throw error;
    // The runner already has the test's error.
    if (!block.thrown || !Object.is(error, block.thrown.error)) report(error);
  }
}

/** A fixture that depends on the fixtures that `make` destructures. */
export function fixtureOf(caller: string, make: unknown, run: Run): unknown {
  const names = typeof make === 'function' ? namesTakenBy(make as Make) : undefined;
  if (!names) throw notFixtureFunction(caller, make);
  return needing(names, run);
}

/** Runners read the names of the other fixtures that a fixture needs from its source text. */
export function needing(names: readonly string[], run: Run): unknown {
  return Object.defineProperty(run, 'toString', { value: () => `async ({ ${names.join(', ')} }, use) => {}` });
}
