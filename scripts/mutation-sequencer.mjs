// Chooses the files with tests that reach the change, and puts those of many quick tests first: they notice most changes.
// See mutate.mjs.

import Sequencer from '@jest/test-sequencer';
import { currentChange, isReached, testsOf } from './mutation-tests.mjs';

export default class extends Sequencer {
  constructor(options) {
    super(options);
    this.globalConfig = options.globalConfig;
  }

  sort(files) {
    const chosen = currentChange() === undefined ? files : files.filter((file) => this.#isReached(file));
    return [...chosen].sort((one, other) => costOf(one) - costOf(other));
  }

  #isReached({ path }) {
    return testsOf(path).names.some((name) => isReached(this.globalConfig, name));
  }
}

/** How long a test takes; a file that loads much counts twice, as most of its tests are never reached. */
function costOf({ path }) {
  const { names, duration } = testsOf(path);
  return duration ** 2 / Math.max(names.length, 1);
}
