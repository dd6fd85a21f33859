import { filesWithTests } from './scripts/examples.mjs';

/** The library's own behaviour, tested on its sources. */
const unit = {
  displayName: 'unit',
  testMatch: ['<rootDir>/__tests__/**/*.test.ts'],
  extensionsToTreatAsEsm: ['.ts'],
  transform: { '^.+\\.ts$': ['ts-jest', { useESM: true }] },
};

/** The examples of the pages and of the doc comments, run against the build. */
const docs = {
  displayName: 'docs',
  testMatch: filesWithTests(),
  moduleFileExtensions: ['js', 'mjs', 'cjs', 'json', 'ts', 'md'],
  extensionsToTreatAsEsm: ['.ts', '.md'],
  transform: { '\\.(md|ts)$': '<rootDir>/scripts/doctest-transform.mjs' },
  // What was transformed before the transformer changed would be taken from the cache.
  cache: false,
};

export default {
  projects: [unit, docs],
  reporters: ['default', '<rootDir>/scripts/count-examples.mjs'],
  collectCoverageFrom: ['lib/**/*.ts'],
  coverageThreshold: { global: { branches: 100, functions: 100, lines: 100, statements: 100 } },
};
