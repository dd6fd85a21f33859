import { afterEach, describe, expect, it } from '@jest/globals';
import { builtin, within } from '../../../lib/testing/kit/environment.ts';

const { getBuiltinModule } = process;

afterEach(() => {
  process.getBuiltinModule = getBuiltinModule;
});

describe('builtin', () => {
  it('gives a module of Node', () => {
    expect(builtin('node:fs')).toHaveProperty('readdirSync');
  });

  it('gives nothing where that is not allowed', () => {
    process.getBuiltinModule = () => {
      throw new Error('Requires read access.');
    };
    expect(builtin('node:fs')).toBeUndefined();
  });
});

describe('within', () => {
  it('gives what comes in time', async () => {
    expect(await within(1000, Promise.resolve('value'), async () => 'late')).toBe('value');
    await expect(within(1000, Promise.reject(new Error('no')), async () => 'late')).rejects.toThrow('no');
  });

  it('gives something else in its place when it is late', async () => {
    expect(await within(1, new Promise<string>(() => undefined), async () => 'late')).toBe('late');
  });
});
