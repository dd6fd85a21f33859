import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { observers } from '../../lib/support/open-blocks.ts';
import { share } from '../../lib/support/shared.ts';

const key = Symbol.for('withal.a test');
const global = globalThis as Record<symbol, unknown>;

afterEach(() => void Reflect.deleteProperty(global, key));

describe('share', () => {
  it('gives all copies what the first to ask has made', () => {
    const make = jest.fn(() => ({}));
    const [first, second] = [share('a test', make), share('a test', make)];
    expect(global[key]).toBeUndefined();
    expect(second()).toBe(first());
    expect(first()).toBe(global[key]);
    expect(make).toHaveBeenCalledTimes(1);
  });

  it('shares the observers under a name of their own', () => {
    const own = observers();
    expect(global[Symbol.for('withal.observers')]).toBe(own);
  });
});
