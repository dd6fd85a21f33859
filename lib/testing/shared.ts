import type { AsyncEnterable, Thrown } from '../index.ts';
import { fixtureOf, needing, useIn, type FixtureFunction, type Make, type Use } from './fixture.ts';
import { notRunner, notShared, testsFailed } from './messages.ts';
import { runningTest, throwAll } from './runner/running-test.ts';
import type { Fixed, ValueOf } from './kit/setting.ts';

/** Which tests share a fixture: the tests of a file, or all that a worker runs. */
export type SharedScope = 'file' | 'worker';

/**
 * A fixture with its options, as `extend` takes them. It's a list. Its type says that it's also a function, and that
 * the options have no type, because otherwise Vitest's types would infer the value from both.
 *
 * @typeParam Context - the other fixtures
 * @typeParam Value - what it passes to a test
 */
export type SharedFixture<Context, Value> = FixtureFunction<Context, Value> & [FixtureFunction<Context, Value>, never];

/**
 * What {@link shared} returns: the fixture, and the companion that tells it which tests failed.
 *
 * @typeParam Name - the name of the fixture
 * @typeParam Context - the other fixtures
 * @typeParam Value - what it passes to a test
 */
export type SharedFixtures<Name extends string, Context, Value> = Record<Name, SharedFixture<Context, Value>> &
  Record<`${Name}Failures`, [FixtureFunction<object, void>, { auto: true }]>;

/**
 * Turns a function that makes a manager into a fixture for many tests, for `extend` of Vitest and Playwright. Such a
 * fixture can't see tests fail, so it comes with a companion that takes part in each test and reports failures to the
 * manager.
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
 * If one test failed, the manager gets its error; if several failed, an `AggregateError`. A test that passes on a retry
 * has not failed.
 *
 * @param name - the name of the fixture; the companion is called `${name}Failures`
 * @param make - makes the manager, from the shared fixtures that it destructures
 * @param scope - `'file'` for the tests of a file, in Vitest; `'worker'` for all tests that a worker runs
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
  /** How tests failed while the fixture was set up. */
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

/** Records how a test fails; a test that passes on a retry has not failed. */
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

/** How many fixtures of a scope are set up, and what the finished ones threw. */
const scopes = { file: { count: 0, errors: [] as unknown[] }, worker: { count: 0, errors: [] as unknown[] } };

/**
 * If a fixture throws, Vitest skips those set up before it. So the last fixture throws what all of them have thrown.
 */
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
