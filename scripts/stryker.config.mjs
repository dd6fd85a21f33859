// See mutate.mjs.

import process from 'node:process';

export default {
  testRunner: 'jest',
  testRunnerNodeArgs: ['--experimental-vm-modules'],
  jest: { configFile: 'scripts/jest.mutation.mjs', enableFindRelatedTests: false },
  coverageAnalysis: 'perTest',
  // To replace an arrow function, Stryker wraps it, and it loses its name, which messages show.
  mutator: { excludedMutations: ['ArrowFunction'] },
  concurrency: 2,
  timeoutMS: 10_000,
  reporters: ['json'],
  jsonReporter: { fileName: process.env.MUTATION_REPORT },
};
