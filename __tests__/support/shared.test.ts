import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { observers } from '../../lib/support/open-blocks.ts';
import { share } from '../../lib/support/shared.ts';

const key = Symbol.for('withal.test');

afterEach(() => {
  Reflect.deleteProperty(globalThis, key);
});

describe('share', () => {
  it('gives all copies in a process what the first made that asked', () => {
    const make = jest.fn(() => ({}));
    const [first, second] = [share('test', make), share('test', make)];
    expect(first()).toBe(second());
    expect(first()).toBe(first());
    expect(make).toHaveBeenCalledTimes(1);
    expect(Reflect.get(globalThis, key)).toBe(first());
  });

  it('gives them the observers', () => {
    expect(observers()).toBe(Reflect.get(globalThis, Symbol.for('withal.observers')));
  });
});
