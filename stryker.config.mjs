// What becomes of the tests when the sources are changed: `npm run mutation`.

export default {
  testRunner: 'jest',
  testRunnerNodeArgs: ['--experimental-vm-modules'],
  jest: { configFile: 'jest.mutation.mjs' },
  mutate: ['lib/**/*.ts'],
  coverageAnalysis: 'perTest',
  ignoreStatic: false,
  concurrency: 2,
  timeoutMS: 20_000,
  reporters: ['clear-text', 'json', 'html'],
  jsonReporter: { fileName: 'node_modules/.cache/stryker/mutation.json' },
  htmlReporter: { fileName: 'node_modules/.cache/stryker/mutation.html' },
  tempDirName: 'node_modules/.cache/stryker/sandbox',
};
