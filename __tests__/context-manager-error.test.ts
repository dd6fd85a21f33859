import { describe, expect, it } from '@jest/globals';
import { builds, copies } from './helpers/builds.ts';
import { hostile } from './helpers/hostile.ts';

describe.each(builds)('%s', (_build, { ContextManagerError }) => {
  describe('ContextManagerError', () => {
    const error = new ContextManagerError('ERR_DID_NOT_STOP', 'message', { cause: undefined });

    it('is an error with a code, and with a name that its stack shows', () => {
      expect(error).toBeInstanceOf(Error);
      expect(error.code).toBe('ERR_DID_NOT_STOP');
      expect(String(error)).toBe('ContextManagerError: message');
      expect(error.stack).toMatch(/^ContextManagerError: message\n/);
      expect(Object.keys(error)).toEqual(['code']);
    });

    it('has a cause if one is given, even undefined', () => {
      expect(Object.hasOwn(error, 'cause')).toBe(true);
      expect(Object.hasOwn(new ContextManagerError('ERR_DID_NOT_STOP', 'message'), 'cause')).toBe(false);
    });

    it('is recognized across copies of the package, its subclasses as usual', () => {
      for (const [, other] of copies) expect(error).toBeInstanceOf(other.ContextManagerError);
      class Special extends ContextManagerError {}
      expect(new Special('ERR_DID_NOT_STOP', '')).toBeInstanceOf(Special);
      expect(new Special('ERR_DID_NOT_STOP', '')).toBeInstanceOf(ContextManagerError);
      expect(error).not.toBeInstanceOf(Special);
      class Renamed extends ContextManagerError {
        override name = 'Renamed';
      }
      expect(new Renamed('ERR_DID_NOT_STOP', '')).toBeInstanceOf(ContextManagerError);
      expect(() => hostile() instanceof ContextManagerError).not.toThrow();
      expect(new Error('other')).not.toBeInstanceOf(ContextManagerError);
      expect({ name: 'ContextManagerError' }).not.toBeInstanceOf(ContextManagerError);
    });
  });
});
