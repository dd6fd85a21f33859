// Runs test files written for Jest in this process, as often as needed: jest-circus without Jest's own realm for each
// file, which takes a second to create. See mutation-runner.mjs.

import { readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import process from 'node:process';
import { setImmediate } from 'node:timers/promises';
import { ModernFakeTimers } from '@jest/fake-timers';
import { jestExpect } from '@jest/expect';
import circus, { addEventHandler, getState, resetState, run, setState } from 'jest-circus';
import { ModuleMocker } from 'jest-mock';
import config from '../jest.config.mjs';
import { Modules, urlOf } from './mutation-modules.mjs';

/** These tests start programs, which would run the build and not the sources. */
const leftOut = /\/__tests__\/(readme|observe\/register)\.test\.ts$/;

/** The test files of one of Jest's projects, from the root. */
export function testFiles(displayName) {
  const { testMatch, testPathIgnorePatterns = [] } = config.projects.find((one) => one.displayName === displayName);
  const [, folder] = /^<rootDir>\/(.+?)\/\*\*/.exec(testMatch[0]);
  const ignored = [leftOut, ...testPathIgnorePatterns.map((pattern) => new RegExp(pattern))];
  return readdirSync(resolve(folder), { recursive: true })
    .filter((name) => name.endsWith('.test.ts'))
    .map((name) => join(folder, name).replaceAll('\\', '/'))
    .filter((name) => !ignored.some((pattern) => pattern.test(`/${name}`)))
    .sort();
}

/** Loads the file and all modules of the project that it imports. Throws what they throw. */
export async function load(file) {
  resetState();
  const timers = new ModernFakeTimers({ config: { fakeTimers: {}, rootDir: process.cwd() }, global: globalThis });
  const modules = new Modules({});
  modules.give('@jest/globals', { ...circus, expect: jestExpect, jest: jestFor(modules, timers) });
  const globals = new Map();
  try {
    await modules.import(urlOf(resolve(file)));
  } finally {
    takeGlobals(globals);
  }
  const state = getState();
  const [failure] = state.unhandledErrors;
  if (failure !== undefined) throw failure;
  return { file, state, tests: testsOf(state.rootDescribeBlock, file, new Map()), timers, globals };
}

/** The globals that the copies of the library share in a process, and any other new ones: each file has its own. */
function takeGlobals(globals) {
  globals.clear();
  for (const key of Reflect.ownKeys(globalThis).filter((key) => !usual.has(key))) {
    const descriptor = Object.getOwnPropertyDescriptor(globalThis, key);
    if (Reflect.deleteProperty(globalThis, key)) globals.set(key, descriptor);
  }
}

function giveGlobals(globals) {
  for (const [key, descriptor] of globals) Object.defineProperty(globalThis, key, descriptor);
}

function jestFor(modules, timers) {
  const mocker = new ModuleMocker(globalThis);
  const methods = (object, names) => Object.fromEntries(names.map((name) => [name, object[name].bind(object)]));
  return {
    ...methods(mocker, ['fn', 'spyOn', 'replaceProperty', 'clearAllMocks', 'resetAllMocks', 'restoreAllMocks']),
    ...methods(timers, ['useFakeTimers', 'useRealTimers', 'advanceTimersByTime', 'advanceTimersByTimeAsync']),
    ...methods(timers, ['getTimerCount', 'runAllTimers', 'runAllTimersAsync']),
    resetModules: () => modules.reset(),
    unstable_mockModule: (specifier, exports) => modules.give(specifier, exports()),
    setTimeout: (milliseconds) => void (getState().testTimeout = milliseconds),
  };
}

/** By a stable identifier, because names are unique neither in a file nor in the project. */
function testsOf(block, file, found) {
  block.all = block.children;
  for (const child of block.all) {
    if (child.type === 'describeBlock') testsOf(child, file, found);
    else if (child.mode !== 'skip') found.set(uniqueId(`${file} ${fullNameOf(child)}`, found), child);
  }
  return found;
}

function uniqueId(name, found) {
  if (!found.has(name)) return name;
  for (let count = 2; ; count++) if (!found.has(`${name} (${count})`)) return `${name} (${count})`;
}

function fullNameOf({ parent, name }) {
  return parent.parent ? `${fullNameOf(parent)} ${name}` : name;
}

const usual = new Set([...Reflect.ownKeys(globalThis), '__stryker__', Symbol.for('TEST_TIMEOUT_SYMBOL')]);

/** Tests may replace the clock. */
const now = performance.now.bind(performance);

let current;

/**
 * Runs those tests of a loaded file, in order, until one fails. Resolves to `{ id, error }` then, with the file as the `id` if
 * the error belongs to none of them. One that is missing fails.
 *
 * @param limitOf how many milliseconds a test may take
 * @param onStart called with the identifier of each test as it starts, and without one as a hook for all starts
 * @param onEnd called with the identifier of each test when it is done, its milliseconds, and those of the hooks for all
 *   that it needs
 */
export async function runTests({ file, state, tests, timers, globals }, chosen, { limitOf, onStart, onEnd } = {}) {
  const ids = [...chosen];
  // Its name may come from the code under test.
  const missing = ids.find((id) => !tests.has(id));
  if (missing !== undefined) return { id: missing, error: new Error('It is gone, or has another name.') };
  const copies = new Map(ids.map((id) => [tests.get(id), copyOf(tests.get(id), limitOf?.(id))]));
  const idOf = new Map([...tests].map(([id, test]) => [copies.get(test), id]));
  choose(state.rootDescribeBlock, copies);
  Object.assign(state, {
    currentDescribeBlock: state.rootDescribeBlock,
    currentlyRunningTest: null,
    hasStarted: false,
  });
  Object.assign(state, { unhandledErrors: [], unhandledRejectionErrorByPromise: new Map() });
  setState(state);
  current = { idOf, onStart, onEnd, failed: false, setups: new Map() };
  giveGlobals(globals);
  await run();
  await turnOfLoop();
  takeGlobals(globals);
  timers.useRealTimers();
  giveListeners();
  for (const copy of copies.values()) {
    const [found] = errorsOf(copy.errors, copy);
    if (found) return { id: idOf.get(copy), ...found };
  }
  const [found] = errorsOf(state.unhandledErrors, state);
  return found && { id: file, ...found };
}

/** An error comes with the place where it's reported. Any value may be thrown. */
function errorsOf(errors, { unhandledRejectionErrorByPromise }) {
  const thrown = errors.map((error) => (Array.isArray(error) ? error[0] : error));
  return [...thrown, ...unhandledRejectionErrorByPromise.values()].map((error) => ({ error }));
}

/** Late events of an earlier run stay with the copy from that run. */
function copyOf(test, timeout) {
  const own = { errors: [], retryReasons: [], unhandledRejectionErrorByPromise: new Map() };
  return { ...test, ...own, timeout: timeout ?? test.timeout };
}

function choose(block, copies) {
  block.children = block.all.flatMap((child) => {
    if (child.type === 'test') return copies.get(child) ?? [];
    choose(child, copies);
    return child.children.length > 0 ? child : [];
  });
}

/** Unhandled rejections are known only then. */
async function turnOfLoop() {
  await setImmediate();
  await setImmediate();
}

addEventHandler(({ name, test, hook, describeBlock }) => {
  if (name === 'hook_start' && hook.type.endsWith('All')) startHook();
  if (name === 'hook_success' && hook.type === 'beforeAll') endHook(describeBlock);
  if (name === 'test_start') startTest(test);
  if (name === 'test_done') endTest(test);
});

function startHook() {
  current.start = now();
  current.onStart?.();
}

function endHook(block) {
  current.setups.set(block, (current.setups.get(block) ?? 0) + now() - current.start);
}

function startTest(test) {
  jestExpect.setState({ currentTestName: fullNameOf(test), testFailing: test.failing });
  if (current.failed) test.mode = 'skip';
  else current.onStart?.(current.idOf.get(test));
  current.start = now();
}

/** What Jest's adapter does. */
function endTest(test) {
  const { suppressedErrors, isExpectingAssertions } = jestExpect.getState();
  const unmet = jestExpect.extractExpectedAssertionsErrors().map(({ error }) => error);
  jestExpect.setState({ suppressedErrors: [] });
  test.errors.push(...suppressedErrors);
  if (!isExpectingAssertions || test.errors.length === 0) test.errors.push(...unmet);
  current.failed ||= test.errors.length > 0;
  current.onEnd?.(current.idOf.get(test), now() - current.start, setupOf(test));
}

function setupOf({ parent }) {
  return parent ? (current.setups.get(parent) ?? 0) + setupOf(parent) : 0;
}

/** A test may remove them from the process: those below, and Stryker's. */
const listeners = new Map();

function giveListeners() {
  for (const [event, own] of listeners)
    for (const listener of own) if (!process.rawListeners(event).includes(listener)) process.on(event, listener);
}

/** Does what jest-circus does while it runs tests, but for good, so that no test ends the process. */
export function catchErrors() {
  const tell = (event) => {
    for (const handler of globalThis[Symbol.for('EVENT_HANDLERS')]) void handler(event, getState());
  };
  process.on('uncaughtException', (error) => tell({ name: 'error', error }));
  process.on('unhandledRejection', (error, promise) => tell({ name: 'error', error, promise }));
  process.on('rejectionHandled', (promise) => tell({ name: 'error_handled', promise }));
  for (const event of process.eventNames()) listeners.set(event, process.rawListeners(event));
}
