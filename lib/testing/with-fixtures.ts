import { isObject } from '../support/describe.ts';
import type { AsyncContextManager, Entered } from '../index.ts';
import { FileFixtures } from './runner/file-fixtures.ts';
import { extendInstead, notFixtures, notTestFunction } from './messages.ts';
import { Suite, suiteOf, type AnyFunction } from './runner/suite.ts';

/** A manager with this type of value. */
export type ManagerOf<Value> =
  | AsyncContextManager<Value, unknown>
  | { enter(): Value | PromiseLike<Value>; exit(): unknown }
  | (Value & (AsyncDisposable | Disposable));

/** Makes the manager of a fixture, from the fixtures that it destructures. */
export type MakeFixture<Fixtures, Value> = (fixtures: Fixtures) => ManagerOf<Value>;

/** Options of a fixture. */
export interface FixtureOptions {
  /** Set up for each test, or once for the tests of the file that need it. By default `'test'`. */
  readonly scope?: 'test' | 'file' | undefined;
}

/** The hooks of a runner. */
export interface FixtureHooks {
  /** Calls a function after each test. Without it, a test that takes too long leaves its fixtures set up. */
  readonly afterEach?: ((hook: () => Promise<void>) => unknown) | undefined;
  /** Calls a function after all tests of the file. Fixtures of the file need it. */
  readonly afterAll?: ((hook: () => Promise<void>) => unknown) | undefined;
}

/**
 * What fixtures pass to a test.
 *
 * @typeParam Makes - the functions that make their managers
 */
export type FixtureValues<Makes> = {
  [Name in keyof Makes]: Makes[Name] extends (...args: never) => infer Manager
    ? Awaited<Entered<Manager>>
    : Makes[Name] extends readonly [(...args: never) => infer Manager, ...unknown[]]
      ? Awaited<Entered<Manager>>
      : never;
};

/** A test. The runner's own arguments come after the fixtures. */
export type FixtureTest<Fixtures> = { test(fixtures: Fixtures, ...rest: unknown[]): unknown }['test'];

declare const taken: unique symbol;

/**
 * Defines a test that takes fixtures.
 *
 * @typeParam Fixtures - the available fixtures
 */
export interface DefineTest<Fixtures> {
  (name: string, test: FixtureTest<Fixtures>, options?: unknown): unknown;
  (name: string, options: unknown, test: FixtureTest<Fixtures>): unknown;
  /** The runner's `only` or `skip`, for tests that take fixtures. */
  readonly only: DefineTest<Fixtures>;
  /** The runner's `only` or `skip`, for tests that take fixtures. */
  readonly skip: DefineTest<Fixtures>;
  /** Like Jest's and Bun's, for tests that take fixtures. */
  readonly failing: DefineTest<Fixtures>;
  /** Like Jest's and Bun's, for tests that take fixtures. */
  readonly concurrent: DefineTest<Fixtures>;
  /** The runner's own `todo`. */
  readonly todo: (name: string, ...rest: unknown[]) => unknown;
  /** Like Jest's and Bun's: one test per row of a table. The fixtures come first. */
  readonly each: DefineEach<Fixtures>;
  /** The types of the fixtures; there is nothing to read. */
  readonly [taken]: Fixtures;
}

/**
 * Defines one test per row of a table.
 *
 * @typeParam Fixtures - the available fixtures
 */
export interface DefineEach<Fixtures> {
  <Row>(
    rows: readonly Row[],
  ): (
    name: string,
    test: { test(fixtures: Fixtures, ...row: Row extends readonly unknown[] ? Row : [Row]): unknown }['test'],
    timeout?: number,
  ) => unknown;
  (
    strings: TemplateStringsArray,
    ...values: unknown[]
  ): (name: string, test: FixtureTest<Fixtures>, timeout?: number) => unknown;
}

/** What the runner's function already takes. */
type Before<Test> = Test extends { readonly [taken]: infer Fixtures } ? Fixtures : object;

/**
 * Adds fixtures to a runner without fixtures: jest, `node:test`, Bun or Deno. A test gets the fixtures that it
 * destructures, and runs in the block of their managers, so each manager sees the error that the test throws.
 *
 * For `test('inserts', async ({ tx }) => { … })`, it's equivalent to this:
 *
 * ```ts no-run: the equivalent
 * test('inserts', () =>
 *   withAsync(database(), (db) =>
 *     withAsync(transaction(db), async (tx) => { … })));
 * ```
 *
 * A test that takes all fixtures, `(fixtures) => …`, has all of them set up. The runner's own arguments come after the
 * fixtures. `only`, `skip` and the like work, and so does `each` if the runner has it: the row comes after the
 * fixtures. You can pass the result to `withFixtures` again, with more fixtures.
 *
 * @typeParam Test - the runner's function
 * @typeParam Makes - the functions that make the managers
 * @param test - the runner's function that defines tests
 * @param fixtures - functions that make managers, from the fixtures that they destructure. A list of such a function
 *   and `{ scope: 'file' }` is set up once, for the tests of the file that need it, and learns if any test of the file
 *   failed
 * @param hooks - `afterAll`, which fixtures of the file need; and `afterEach`, so that a test that takes too long ends
 * @returns a function like `test`, for tests with fixtures
 * @throws TypeError if an argument is wrong; if a fixture or a test takes a fixture that doesn't exist; if fixtures
 *   need each other; if a fixture of the file needs a fixture of a test; if the runner has `extend`, as Vitest and
 *   Playwright do
 *
 * @example
 * ```ts
 * import { asyncContextManager } from 'withal';
 * import { withFixtures } from 'withal/testing';
 *
 * const log: unknown[] = [];
 *
 * const opened = asyncContextManager(async function* opened(name: string) {
 *   log.push(`open ${name}`);
 *   try {
 *     yield name;
 *   } catch (error) {
 *     log.push(`${name} saw ${error}`);
 *     throw error;
 *   }
 * });
 *
 * // A runner, in one line.
 * const runner = (name: string, test: () => Promise<void>) => test().then(() => 'passed', () => 'failed');
 *
 * const test = withFixtures(runner, {
 *   db: () => opened('db'),
 *   tx: ({ db }) => opened(`tx of ${db}`),
 * });
 *
 * await test('passes', async ({ tx }) => log.push(tx)); // => 'passed'
 * log.splice(0); // => ['open db', 'open tx of db', 'tx of db']
 *
 * await test('fails', async ({ db }) => { throw 'no'; }); // => 'failed'
 * log; // => ['open db', 'db saw no']
 * ```
 */
export function withFixtures<Test extends (...args: never) => unknown, Values, Makes extends object>(
  test: Test,
  fixtures: Makes & {
    [Name in keyof Values]:
      | MakeFixture<Before<Test> & Values, Values[Name]>
      | readonly [MakeFixture<Before<Test> & Values, Values[Name]>, FixtureOptions];
  },
  hooks?: FixtureHooks,
): DefineTest<Omit<Before<Test>, keyof Makes> & FixtureValues<Makes>>;
export function withFixtures(test: unknown, fixtures: unknown, hooks: FixtureHooks = {}): unknown {
  if (typeof test !== 'function') throw notTestFunction(test);
  if (!isObject(fixtures)) throw notFixtures(fixtures);
  const outer = suiteOf(test);
  if (!outer && 'extend' in test) throw extendInstead();
  return (outer ?? new Suite(test as AnyFunction, new Map(), new FileFixtures(hooks))).extended(fixtures).test;
}
