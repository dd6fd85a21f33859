// See mutate.mjs.

import { fileURLToPath } from 'node:url';
import process from 'node:process';
import config from '../jest.config.mjs';

const [unit] = config.projects;
const { MUTATION_TESTS } = process.env;

/** Tests of the sources alone; those that start other programs would run what is built. */
export default {
  ...unit,
  rootDir: fileURLToPath(new URL('..', import.meta.url)),
  testPathIgnorePatterns: [...unit.testPathIgnorePatterns, '/readme'],
  ...(MUTATION_TESTS && { testRegex: `/(${MUTATION_TESTS})\\.test\\.ts$`, testMatch: undefined }),
};
