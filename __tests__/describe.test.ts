import { runInNewContext } from 'node:vm';
import { describe as group, expect, it, jest } from '@jest/globals';
import { describe, isGenerator, isObject, isThenable, kindOf, markHandled } from '../lib/describe.ts';

group('describe', () => {
  class Pool {}

  it.each<[unknown, string]>([
    [undefined, 'undefined'],
    [null, 'null'],
    [0, '0'],
    [1n, '1'],
    [Symbol('s'), 'Symbol(s)'],
    ['text', '"text"'],
    ['', '""'],
    [Pool, 'function Pool()'],
    [() => undefined, 'function ()'],
    [{}, 'an object (Object)'],
    [[], 'an object (Array)'],
    [new Pool(), 'an object (Pool)'],
    [Object.create(null), 'an object (Object)'],
    [Promise.resolve(), 'an object (Promise)'],
    [{ constructor: undefined }, 'an object (Object)'],
  ])('%#: %s', (value, expected) => {
    expect(describe(value)).toBe(expected);
  });
});

group('kinds', () => {
  const foreign = runInNewContext('(async function* () {})') as () => unknown;

  it('are told of every realm', () => {
    expect(kindOf(foreign)).toBe('AsyncGeneratorFunction');
    expect(isGenerator(foreign())).toBe(true);
    expect(isGenerator(foreign)).toBe(false);
    expect(isGenerator(null)).toBe(false);
  });

  it('isGenerator takes nothing for one that only looks like it', () => {
    const tagged = (tag: string) => ({ [Symbol.toStringTag]: tag });
    const others = [[1].values(), { next() {} }, tagged('Generator'), 'next', foreign, null];
    expect(others.map(isGenerator)).toEqual(others.map(() => false));
  });

  it('isObject', () => {
    expect([{}, () => undefined, null, undefined, 'text', 1].map(isObject)).toEqual([
      true,
      true,
      false,
      false,
      false,
      false,
    ]);
  });

  it('isThenable', () => {
    const then = () => undefined;
    const given = [Promise.resolve(), { then }, Object.assign(() => undefined, { then }), { then: 1 }, null, 'text'];
    expect(given.map(isThenable)).toEqual([true, true, true, false, false, false]);
  });
});

group('markHandled', () => {
  it('keeps a rejection from being reported, and starts no lazy thenable', async () => {
    const then = jest.fn();
    const unhandled = jest.fn();
    process.on('unhandledRejection', unhandled);
    try {
      markHandled(Promise.reject(new Error('unseen')));
      markHandled({ then });
      markHandled(undefined);
      await new Promise(setImmediate);
    } finally {
      process.off('unhandledRejection', unhandled);
    }
    expect(unhandled).not.toHaveBeenCalled();
    expect(then).not.toHaveBeenCalled();
  });
});
