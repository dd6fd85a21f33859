import { withAsync, type AsyncEnterable, type Thrown } from '../index.ts';
import { notFixtureFunction, notRunner } from './messages.ts';
import { namesTakenBy } from './parameters.ts';
import { runningTest } from './running-test.ts';
import type { ValueOf } from './setting.ts';

/**
 * A fixture for `extend` of Vitest and Playwright.
 *
 * @typeParam Context - the other fixtures
 * @typeParam Value - what it gives to a test
 */
export type FixtureFunction<Context, Value> = (context: Context, use: (value: Value) => Promise<void>) => Promise<void>;

export function fixture<Context, M extends AsyncEnterable>(
  make: (context: Context) => M,
): FixtureFunction<Context, ValueOf<M>>;
export function fixture(make: Make): unknown {
  return fixtureOf('fixture()', make, async (context, use, info) => {
    const test = runningTest(context, info);
    if (!test) throw notRunner('fixture()', 'extend of Vitest or Playwright');
    await useIn(make(context), use, test.failure, test.report);
  });
}

/** Makes a manager of the other fixtures. */
export type Make = (context: unknown) => AsyncEnterable;

export type Use = (value: unknown) => Promise<void>;

/** What a runner calls; the third argument is Playwright's. */
type Run = (context: unknown, use: Use, info: unknown) => Promise<void>;

/** Uses a manager's value in its block, which fails as `failure` says; reports what its teardown threw besides. */
export async function useIn(
  manager: AsyncEnterable,
  use: Use,
  failure: () => Thrown | undefined,
  report: (error: unknown) => void,
): Promise<void> {
  let thrown: Thrown | undefined;
  let isSetUp = false;
  try {
    await withAsync(manager, async (value) => {
      isSetUp = true;
      await use(value);
      thrown = failure();
      if (thrown) throw thrown.error;
    });
  } catch (error) {
    if (!isSetUp) throw error;
    // The runner has the error of the test already.
    if (!thrown || !Object.is(error, thrown.error)) report(error);
  }
}

/** A runner reads from the text of a fixture which others it needs, so this one shows the parameter of `make`. */
export function fixtureOf(caller: string, make: unknown, run: Run): unknown {
  const names = typeof make === 'function' ? namesTakenBy(make as Make) : undefined;
  if (!names) throw notFixtureFunction(caller, make);
  const toString = () => `async ({ ${names.join(', ')} }, use) => {}`;
  return Object.defineProperty(run, 'toString', { value: toString });
}
