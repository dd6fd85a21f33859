import { describe, expect, it } from '@jest/globals';
import { builds } from './helpers/builds.ts';
import { errorOf } from './helpers/outcome.ts';

describe.each(builds)('%s', (_build, { nullContext, withAsync, withSync }) => {
  describe('nullContext', () => {
    it('returns its value, and does nothing', async () => {
      const promise = Promise.resolve();
      expect(withSync(nullContext(), (value) => [value])).toEqual([undefined]);
      expect(nullContext(promise).enter()).toBe(promise);
      expect(await withAsync(nullContext(Promise.resolve(1)), (value) => [value])).toEqual([1]);
      const error = new Error('body');
      expect(await errorOf(() => withAsync(nullContext(1), async () => Promise.reject(error)))).toBe(error);
    });

    it('shows only its name', () => {
      expect(JSON.parse(JSON.stringify(nullContext('secret')))).toEqual({ manager: 'nullContext' });
    });
  });
});
