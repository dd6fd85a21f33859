// See mutate.mjs.

import process from 'node:process';

export default {
  testRunner: 'jest',
  testRunnerNodeArgs: ['--experimental-vm-modules'],
  jest: { configFile: 'scripts/jest.mutation.mjs', enableFindRelatedTests: false },
  coverageAnalysis: 'perTest',
  // To try `() => undefined` it wraps the function, which then has no name; the mutants of its body remain.
  mutator: { excludedMutations: ['ArrowFunction'] },
  concurrency: 2,
  timeoutMS: 10_000,
  reporters: ['json'],
  jsonReporter: { fileName: process.env.MUTATION_REPORT },
};
