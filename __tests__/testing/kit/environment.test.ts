import { afterEach, describe, expect, it } from '@jest/globals';
import { builtinIfAny, turnsOf, within } from '../../../lib/testing/kit/environment.ts';

const { getBuiltinModule } = process;

afterEach(() => {
  process.getBuiltinModule = getBuiltinModule;
});

describe('builtin', () => {
  it('returns a module of Node', () => {
    expect(builtinIfAny('node:fs')).toHaveProperty('readdirSync');
  });

  it("returns nothing if that isn't allowed", () => {
    process.getBuiltinModule = () => {
      throw new Error('Requires read access.');
    };
    expect(builtinIfAny('node:fs')).toBeUndefined();
  });
});

describe('turnsOf', () => {
  it('waits for what is due', async () => {
    const done: string[] = [];
    setTimeout(() => done.push('timer'), 0);
    setImmediate(() => done.push('immediate'));
    await turnsOf(globalThis)();
    expect(done).toContain('immediate');
  });

  it('waits for a timer if there is nothing else', async () => {
    const done: string[] = [];
    setTimeout(() => done.push('timer'), 0);
    await turnsOf({})();
    expect(done).toEqual(['timer']);
  });
});

describe('within', () => {
  it('returns what comes in time', async () => {
    expect(await within(1000, Promise.resolve('value'), async () => 'late')).toBe('value');
    await expect(within(1000, Promise.reject(new Error('no')), async () => 'late')).rejects.toThrow('no');
  });

  it('returns something else if it is late', async () => {
    expect(await within(1, new Promise<string>(() => undefined), async () => 'late')).toBe('late');
  });
});
