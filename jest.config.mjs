import process from 'node:process';
import { filesWithTests } from './scripts/examples.mjs';

/** TypeScript as ES modules. */
const typescript = {
  extensionsToTreatAsEsm: ['.ts'],
  transform: { '^.+\\.ts$': ['ts-jest', { useESM: true }] },
};

/** The library's own behavior, tested on its sources and on the build. */
const unit = {
  ...typescript,
  displayName: 'unit',
  testMatch: ['<rootDir>/__tests__/**/*.test.ts'],
  testPathIgnorePatterns: ['/__tests__/(smoke|programs|recipes|eslint|testing)/'],
};

/** The kit and the fixtures of withal/testing. */
const kit = {
  ...typescript,
  displayName: 'kit',
  testMatch: ['<rootDir>/__tests__/testing/**/*.test.ts'],
};

/** The ESLint rules. The typed ones take longer than all others. */
const rules = {
  ...typescript,
  displayName: 'rules',
  testMatch: ['<rootDir>/__tests__/eslint/**/*.test.ts'],
};

/** The unit tests again, with every block observed: nothing may change. */
const observed = {
  ...unit,
  displayName: 'observed',
  testPathIgnorePatterns: [...unit.testPathIgnorePatterns, '/__tests__/observe/'],
  setupFiles: ['<rootDir>/__tests__/helpers/observed.ts'],
  testEnvironmentOptions: { globalsCleanup: 'off' },
};

/** A few programs that show whether everything works together. */
const smoke = {
  ...typescript,
  displayName: 'smoke',
  testMatch: ['<rootDir>/__tests__/smoke/**/*.test.ts'],
};

/** The recipes and all other programs, run against real parts. */
const programs = {
  ...typescript,
  displayName: 'programs',
  testMatch: ['<rootDir>/__tests__/{programs,recipes}/**/*.test.ts'],
  testPathIgnorePatterns: ['/__tests__/recipes/nest/'],
};

/** NestJS needs TypeScript's own decorators. It's a separate project because ts-jest reads one tsconfig per project. */
const nest = {
  ...typescript,
  displayName: 'nest',
  transform: { '^.+\\.ts$': ['ts-jest', { useESM: true, tsconfig: 'docs/recipes/nest/tsconfig.json' }] },
  testMatch: ['<rootDir>/__tests__/recipes/nest/**/*.test.ts'],
};

/** The examples of the pages and of the doc comments, run against the build. */
const docs = {
  displayName: 'docs',
  testMatch: filesWithTests(),
  moduleFileExtensions: ['js', 'mjs', 'cjs', 'json', 'ts', 'md'],
  extensionsToTreatAsEsm: ['.ts', '.md'],
  transform: { '\\.(md|ts)$': '<rootDir>/scripts/doctest-transform.mjs' },
  // The cache would return files that an older version of the transformer made.
  cache: false,
};

export default {
  projects: [unit, observed, kit, rules, docs, smoke, programs, nest],
  // In a log, show only the failures and the counts.
  reporters: [
    process.stdout.isTTY ? 'default' : ['summary', { summaryThreshold: 0 }],
    '<rootDir>/scripts/count-examples.mjs',
  ],
  // The rules and the kit have tests of their own.
  collectCoverageFrom: ['lib/**/*.ts', '!lib/{eslint,testing}/**'],
  coverageReporters: [['text', { skipFull: true }]],
  coverageThreshold: { global: { branches: 100, functions: 100, lines: 100, statements: 100 } },
};
