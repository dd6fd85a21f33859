// See mutate.mjs.

import { fileURLToPath } from 'node:url';
import process from 'node:process';
import config from '../jest.config.mjs';

const project = config.projects.find(({ displayName }) => displayName === process.env.MUTATION_PROJECT);
const own = (name) => fileURLToPath(new URL(name, import.meta.url));

/** Tests of the sources alone; those that start other programs would run what is built. */
export default {
  ...project,
  rootDir: own('..'),
  testPathIgnorePatterns: [...(project.testPathIgnorePatterns ?? []), '/readme', '/typed', '/register'],
  testRunner: own('jest-circus-until-failure.mjs'),
  testSequencer: own('mutation-sequencer.mjs'),
};
