import { isObject } from '../describe.ts';
import type { AsyncContextManager, Entered } from '../index.ts';
import { FileFixtures } from './file-fixtures.ts';
import { extendInstead, notFixtures, notTestFunction } from './messages.ts';
import { Suite, suiteOf, type AnyFunction } from './suite.ts';

/** A manager that gives such a value. */
export type ManagerOf<Value> =
  | AsyncContextManager<Value, unknown>
  | { enter(): Value | PromiseLike<Value>; exit(): unknown }
  | (Value & (AsyncDisposable | Disposable));

/** Makes the manager of a fixture, of those that it destructures. */
export type MakeFixture<Fixtures, Value> = (fixtures: Fixtures) => ManagerOf<Value>;

/** How a fixture is set up. */
export interface FixtureOptions {
  /** Anew for each test, or once for the tests of the file that need it. By default `'test'`. */
  readonly scope?: 'test' | 'file' | undefined;
}

/** The hooks of a runner. */
export interface FixtureHooks {
  /** Calls a function after each test. Without it a test that takes too long leaves its fixtures set up. */
  readonly afterEach?: ((hook: () => Promise<void>) => unknown) | undefined;
  /** Calls a function after all tests of the file. Fixtures of the file need it. */
  readonly afterAll?: ((hook: () => Promise<void>) => unknown) | undefined;
}

/**
 * What fixtures give to a test.
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

/** A test: what comes after the fixtures is what the runner itself gives to tests. */
export type FixtureTest<Fixtures> = { test(fixtures: Fixtures, ...rest: unknown[]): unknown }['test'];

declare const taken: unique symbol;

/**
 * Defines a test that takes fixtures.
 *
 * @typeParam Fixtures - those that there are
 */
export interface DefineTest<Fixtures> {
  (name: string, test: FixtureTest<Fixtures>, options?: unknown): unknown;
  (name: string, options: unknown, test: FixtureTest<Fixtures>): unknown;
  /** The runner's, for tests that take fixtures. */
  readonly only: DefineTest<Fixtures>;
  /** The runner's, for tests that take fixtures. */
  readonly skip: DefineTest<Fixtures>;
  /** Jest's and Bun's, for tests that take fixtures. */
  readonly failing: DefineTest<Fixtures>;
  /** Jest's and Bun's, for tests that take fixtures. */
  readonly concurrent: DefineTest<Fixtures>;
  /** The runner's. */
  readonly todo: (name: string, ...rest: unknown[]) => unknown;
  /** Jest's and Bun's: a test for each row of a table. The fixtures come first. */
  readonly each: DefineEach<Fixtures>;
  /** The types of the fixtures; there is nothing to read. */
  readonly [taken]: Fixtures;
}

/**
 * Defines a test for each row of a table.
 *
 * @typeParam Fixtures - those that there are
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

/** What the runner's function takes already. */
type Before<Test> = Test extends { readonly [taken]: infer Fixtures } ? Fixtures : object;

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
