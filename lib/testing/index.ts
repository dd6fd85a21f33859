/**
 * Test cases for managers, and managers as test fixtures.
 *
 * @module withal/testing
 */

// To check a manager
export { managerCases, type ManagerCase } from './manager-cases.ts';
export { checkManager } from './check-manager.ts';
export type { CallMatcher, ManagerCaseOptions } from './kit/setting.ts';
export type { Faults, WrapOptions } from './faults.ts';

// To use managers as fixtures of a test runner
export { fixture, type FixtureFunction } from './fixture.ts';
export { shared, type SharedFixture, type SharedFixtures, type SharedScope } from './shared.ts';
export { entered, type NodeTestContext, type VitestTestContext } from './entered.ts';
export {
  withFixtures,
  type DefineEach,
  type DefineTest,
  type FixtureHooks,
  type FixtureOptions,
  type FixtureTest,
  type FixtureValues,
  type MakeFixture,
  type ManagerOf,
} from './with-fixtures.ts';
