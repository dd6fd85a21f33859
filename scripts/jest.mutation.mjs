// See mutate.mjs.

import { fileURLToPath } from 'node:url';
import process from 'node:process';
import config from '../jest.config.mjs';

const project = config.projects.find(({ displayName }) => displayName === process.env.MUTATION_PROJECT);
const own = (name) => fileURLToPath(new URL(name, import.meta.url));

/** Tests of the sources alone: those of the README and of `register` start programs, which would run what is built. */
export default {
  ...project,
  rootDir: own('..'),
  testPathIgnorePatterns: [
    ...(project.testPathIgnorePatterns ?? []),
    '/__tests__/(readme|observe/register)\\.test\\.ts$',
  ],
  testRunner: own('jest-circus-until-failure.mjs'),
  testSequencer: own('mutation-sequencer.mjs'),
};
