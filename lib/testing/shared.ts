import type { AsyncEnterable, Thrown } from '../index.ts';
import { fixtureOf, needing, useIn, type FixtureFunction, type Make, type Use } from './fixture.ts';
import { notRunner, notShared, testsFailed } from './messages.ts';
import { runningTest, throwAll } from './runner/running-test.ts';
import type { Fixed, ValueOf } from './kit/setting.ts';

/** For whose tests a shared fixture is set up: those of a file, or all that a worker runs. */
export type SharedScope = 'file' | 'worker';

/**
 * A fixture with its options, as `extend` takes them. It is a list. It says that it is a function as well, and that the
 * options have no type, because the types of Vitest would infer the value from both.
 *
 * @typeParam Context - the other fixtures
 * @typeParam Value - what it gives to a test
 */
export type SharedFixture<Context, Value> = FixtureFunction<Context, Value> & [FixtureFunction<Context, Value>, never];

/**
 * What {@link shared} gives: the fixture, and the companion that tells it which tests have failed.
 *
 * @typeParam Name - the name of the fixture
 * @typeParam Context - the other fixtures
 * @typeParam Value - what it gives to a test
 */
export type SharedFixtures<Name extends string, Context, Value> = Record<Name, SharedFixture<Context, Value>> &
  Record<`${Name}Failures`, [FixtureFunction<object, void>, { auto: true }]>;

/**
 * Turns a function that makes a manager into a fixture for many tests, for `extend` of Vitest 4 and Playwright. Such a
 * fixture can't see tests fail; so a companion comes with it that takes part in each test, and the manager is told.
 *
 * It equals:
 *
 * ```ts no-run: the equivalent
 * {
 *   db: [async ({}, use) => {
 *     await withAsync(database(), async (value) => {
 *       await use(value);
 *       if (testsHaveFailed) throw theirErrors;
 *     });
 *   }, { scope: 'file' }],
 *   dbFailures: [async ({}, use) => { … }, { auto: true }],
 * }
 * ```
 *
 * One test that failed gives its error, several give an `AggregateError`. A test that passes when it is tried again has
 * not failed.
 *
 * @param name - the name of the fixture; the companion is called `${name}Failures`
 * @param make - makes the manager, of the shared fixtures that it destructures
 * @param scope - `'file'` for the tests of a file, in Vitest; `'worker'` for all that a worker runs
 * @returns both fixtures, to spread into `extend`
 * @throws TypeError if an argument is wrong
 *
 * @example
 * ```ts no-run: it takes a test runner
 * import { test as base } from 'vitest';
 * import { fixture, shared } from 'withal/testing';
 *
 * const test = base
 *   .extend({ ...shared('db', () => database(), 'file') })
 *   .extend({ tx: fixture(({ db }) => transaction(db)) });
 * ```
 */
export function shared<Name extends string, Context, M extends AsyncEnterable>(
  name: Name,
  make: (context: Context) => M,
  scope: SharedScope,
): SharedFixtures<Name, Fixed<Context>, ValueOf<M>>;
export function shared(name: unknown, make: Make, scope: unknown): unknown {
  if (typeof name !== 'string' || name === '') throw notShared('a name', name);
  if (scope !== 'file' && scope !== 'worker') throw notShared("a scope, 'file' or 'worker'", scope);
  /** How tests have failed while it was set up. */
  const failures = new Map<unknown, unknown>();
  const fixture = fixtureOf('shared()', make, (context, use, info) => {
    failures.clear();
    const failure = () => failureOf([...failures.values()]);
    return isPlaywrightWorker(info)
      ? useIn(make(context), use, failure, rethrow)
      : untilTheLast(scope, (report) => useIn(make(context), use, failure, report));
  });
  const companion = needing([], (context, use, info) => noted(failures, context, use, info));
  return { [name]: [fixture, { scope }], [`${name}Failures`]: [companion, { auto: true }] };
}

/** Notes how a test fails; one that passes when it is tried again has not. */
async function noted(failures: Map<unknown, unknown>, context: unknown, use: Use, info: unknown): Promise<void> {
  const test = runningTest(context, info);
  if (!test) throw notRunner('shared()', 'extend of Vitest or Playwright');
  await use(undefined);
  const failure = test.failure();
  if (failure) failures.set(test.key, failure.error);
  else failures.delete(test.key);
}

function failureOf(errors: readonly unknown[]): Thrown | undefined {
  if (errors.length === 0) return undefined;
  return { error: errors.length === 1 ? errors[0] : testsFailed(errors) };
}

function rethrow(error: unknown): never {
  throw error;
}

function isPlaywrightWorker(info: unknown): boolean {
  return Object(info) === info && 'workerIndex' in (info as object);
}

/** How many fixtures of a scope are set up, and what those that were torn down have thrown. */
const scopes = { file: { count: 0, errors: [] as unknown[] }, worker: { count: 0, errors: [] as unknown[] } };

/** An error that a fixture throws makes Vitest skip those set up before it. So the last one throws what all have. */
async function untilTheLast(
  scope: SharedScope,
  run: (report: (error: unknown) => void) => Promise<void>,
): Promise<void> {
  const state = scopes[scope];
  state.count += 1;
  try {
    await run((error) => void state.errors.push(error));
  } finally {
    state.count -= 1;
  }
  if (state.count === 0) throwAll(state.errors.splice(0), 'Several shared fixtures failed to tear down.');
}
