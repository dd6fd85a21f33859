import { describe, expect, it } from '@jest/globals';
import { builds } from './support/builds.ts';

describe.each(builds)('%s', (_build, { AsyncExitStack, ExitStack }) => {
  describe('ExitStack', () => {
    it('refuses what is asynchronous', () => {
      const stack = new ExitStack();
      expect(() => stack.use({ async [Symbol.asyncDispose]() {} } as never)).toThrow(TypeError);
      expect(() => stack.enterContext(new AsyncExitStack() as never)).toThrow('Did you mean AsyncExitStack?');
      stack.push((async () => Promise.reject(new Error('unseen'))) as never);
      expect(() => stack.exit()).toThrow(TypeError);
    });
  });
});
