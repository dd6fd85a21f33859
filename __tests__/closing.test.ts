import { describe, expect, it, jest } from '@jest/globals';
import { builds } from './helpers/builds.ts';
import { errorOf } from './helpers/outcome.ts';

const bodyError = new Error('body');
const throwsBody = () => {
  throw bodyError;
};

describe.each(builds)('%s', (_build, { closing, withAsync, withSync }) => {
  describe('closing', () => {
    it('gives the thing, and closes it once the block has ended', () => {
      const thing = { close: jest.fn<(this: unknown) => void>() };
      expect(withSync(closing(thing), (value) => [value === thing, thing.close.mock.calls.length])).toEqual([true, 0]);
      expect(thing.close.mock.contexts).toEqual([thing]);
    });

    it('closes after an error, and does not suppress it, whatever closing gives', async () => {
      const thing = { close: jest.fn(() => true) };
      expect(await errorOf(() => withSync(closing(thing), throwsBody))).toBe(bodyError);
      expect(
        await errorOf(() => withAsync(closing({ close: async () => Promise.resolve({ value: 1 }) }), throwsBody)),
      ).toBe(bodyError);
      expect(thing.close).toHaveBeenCalledTimes(1);
    });

    it('closes with the function given', async () => {
      const close = jest.fn();
      const thing = { close() {} };
      withSync(closing(thing, close), () => undefined);
      expect(close.mock.calls).toEqual([[thing]]);
    });

    it('awaits a closing in withAsync, and keeps its error and that of the body', async () => {
      const failed = new Error('closing failed');
      const pool = { end: async () => Promise.reject(failed) };
      const manager = closing(pool, async (given) => given.end());
      expect(await errorOf(() => withAsync(manager, () => 'result'))).toBe(failed);
      expect(await errorOf(() => withAsync(manager, throwsBody))).toBe(failed);
      expect(failed.cause).toBe(bodyError);
    });

    it('refuses in withSync a closing that returns a promise', async () => {
      const error = await errorOf(() =>
        withSync(closing({ close: async () => Promise.reject(new Error('unseen')) }) as never, () => 1),
      );
      expect(error).toBeInstanceOf(TypeError);
      expect((error as Error).message).toContain('Did you mean withAsync(), or exitAsync()?');
    });

    it('waits for any thenable', async () => {
      const failed = new Error('closing failed');
      const closes = {
        close: () => ({ then: (_resolve: unknown, reject: (error: unknown) => void) => setTimeout(reject, 0, failed) }),
      };
      expect(await errorOf(() => withAsync(closing(closes) as never, () => 'result'))).toBe(failed);
      expect(await errorOf(() => withSync(closing(closes) as never, () => 'result'))).toBeInstanceOf(TypeError);
    });

    it('can be used many times', () => {
      const thing = { close: jest.fn() };
      const manager = closing(thing);
      withSync(manager, () => withSync(manager, () => undefined));
      expect(thing.close).toHaveBeenCalledTimes(2);
    });

    it.each<[string, unknown[], string]>([
      ['nothing', [], 'closing() takes a thing with a close(), but undefined was given'],
      ['a thing without a close()', [{}], 'closing() takes a thing with a close(), but an object (Object) was given'],
      ['a close that is no function', [{}, 'close'], 'closing() takes a function that closes, but "close" was given'],
      ['a close that is null', [{ close() {} }, null], 'closing() takes a function that closes, but null was given'],
    ])('refuses %s', (_what, args, message) => {
      const make = () => (closing as (...args: unknown[]) => unknown)(...args);
      expect(make).toThrow(TypeError);
      expect(make).toThrow(message);
    });
  });
});
