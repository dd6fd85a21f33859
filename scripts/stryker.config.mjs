// See mutate.mjs.

import process from 'node:process';

export default {
  plugins: ['./scripts/mutation-runner.mjs'],
  testRunner: 'again',
  testRunnerNodeArgs: ['--experimental-vm-modules', '--expose-gc'],
  coverageAnalysis: 'perTest',
  // To replace an arrow function, Stryker wraps it, and the function loses the name that messages show.
  mutator: { excludedMutations: ['ArrowFunction'] },
  concurrency: 2,
  dryRunTimeoutMinutes: 30,
  timeoutMS: 10_000,
  timeoutFactor: 4,
  reporters: ['json'],
  jsonReporter: { fileName: process.env.MUTATION_REPORT },
};
