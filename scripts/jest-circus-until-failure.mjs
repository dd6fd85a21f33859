// Runs a test file for mutate.mjs as jest does, but a changed source only until a test fails: for hundreds of failing tests
// jest draws what differs, and takes a hundred times as long.

import circus from 'jest-circus/runner';
import { currentChange, isReached, keepTests } from './mutation-tests.mjs';

/** The change that a test has noticed. */
let noticed;

export default async function run(globalConfig, config, environment, runtime, file, ...rest) {
  const change = currentChange();
  const runFile = (global) => circus.default(global, config, environment, runtime, file, ...rest);
  if (change === undefined) return remembered(file, () => runFile(globalConfig));
  if (noticed === change) return nothing();
  runUntilFailure(environment, globalConfig, change);
  return runFile({ ...globalConfig, testNamePattern: '' });
}

async function remembered(file, runFile) {
  const start = performance.now();
  const result = await runFile();
  const names = result.testResults.map(({ fullName }) => fullName);
  keepTests(file, { names, duration: performance.now() - start });
  return result;
}

function runUntilFailure(environment, globalConfig, change) {
  const { handleTestEvent } = environment;
  environment.handleTestEvent = async (event, state) => {
    const { name, test } = event;
    if (name === 'test_start' && (noticed === change || !isReached(globalConfig, fullNameOf(test)))) test.mode = 'skip';
    if (name === 'test_done' && test.errors.length > 0) noticed = change;
    await handleTestEvent?.call(environment, event, state);
  };
}

function fullNameOf({ parent, name }) {
  const outer = parent.parent ? fullNameOf(parent) : '';
  return outer ? `${outer} ${name}` : name;
}

/** Jest takes a file without a test for a mistake. */
function nothing() {
  const counts = { numFailingTests: 0, numPassingTests: 0, numPendingTests: 1, numTodoTests: 0 };
  const snapshot = {
    added: 0,
    fileDeleted: false,
    matched: 0,
    unchecked: 0,
    uncheckedKeys: [],
    unmatched: 0,
    updated: 0,
  };
  const test = { ancestorTitles: [], failureMessages: [], fullName: '', status: 'pending', title: '' };
  const result = { ...counts, snapshot, testResults: [test], failureMessage: null };
  return { ...result, leaks: false, openHandles: [], perfStats: {} };
}
