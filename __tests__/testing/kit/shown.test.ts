import { describe, expect, it } from '@jest/globals';
import { cut, shown } from '../../../lib/testing/kit/shown.ts';

const ring: unknown[] = [];
ring.push(ring);

describe('shown', () => {
  it.each<[unknown, string]>([
    ['a "b"', '"a \\"b\\""'],
    [1n, '1n'],
    [-0, '-0'],
    [0, '0'],
    [undefined, 'undefined'],
    [null, 'null'],
    [Symbol('a'), 'Symbol(a)'],
    [[1, [2]], '[1, [2]]'],
    [new Set([1, 'a']), 'Set {1, "a"}'],
    [new Map([[1, 'a']]), 'Map {[1, "a"]}'],
    [new Date(0), '1970-01-01T00:00:00.000Z'],
    [new Date(NaN), 'an object (Date)'],
    [new RangeError('no'), 'RangeError: no'],
    [Object.assign(new RangeError('no'), { code: 'E' }), 'RangeError: no'],
    [function named() {}, 'function named()'],
    [Object.assign(function named() {}, { a: 1 }), 'function named()'],
    [true, 'true'],
    [{ 1: null, b: undefined }, '{ 1: null, b: undefined }'],
    [{ a: 1, b: { c: 2 } }, '{ a: 1, b: { c: 2 } }'],
    [{}, 'an object (Object)'],
    [ring, '[[circular]]'],
    [[ring, ring], '[[[circular]], [[circular]]]'],
  ])('of %p', (value, text) => {
    expect(shown(value)).toBe(text);
  });

  it("shows what can't be read by its class", () => {
    const hostile = {
      get a() {
        throw new Error('no');
      },
    };
    expect(shown(hostile)).toBe('an object (Object)');
  });
});

describe('cut', () => {
  it('cuts what is too long', () => {
    expect(['abcd', 'abcde', 'abcdef'].map((text) => cut(text, 5))).toEqual(['abcd', 'abcde', 'abcd…']);
  });
});
