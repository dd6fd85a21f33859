import { runInNewContext } from 'node:vm';
import { describe as group, expect, it, jest } from '@jest/globals';
import {
  describe,
  isError,
  isGenerator,
  isObject,
  isThenable,
  kindOf,
  markHandled,
} from '../../lib/support/describe.ts';
import { revoked } from '../helpers/hostile.ts';

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

  it('isGenerator rejects an object that only looks like one', () => {
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
    const lazy = { then: jest.fn(), catch: jest.fn() };
    const unhandled = jest.fn();
    process.on('unhandledRejection', unhandled);
    try {
      markHandled(Promise.reject(new Error('unseen')));
      markHandled(lazy);
      markHandled(undefined);
      await new Promise(setImmediate);
    } finally {
      process.off('unhandledRejection', unhandled);
    }
    expect(unhandled).not.toHaveBeenCalled();
    expect([lazy.then.mock.calls, lazy.catch.mock.calls]).toEqual([[], []]);
  });
});

const foreign = runInNewContext('new TypeError("foreign")') as Error;

group('isError', () => {
  it.each([
    ['an error', new Error('own'), true],
    ['an error of another realm', foreign, true],
    ['an error only by its prototype', Object.create(Error.prototype) as unknown, true],
    ['a DOMException', new DOMException('aborted', 'AbortError'), true],
    ['an object with a message', { name: 'Error', message: 'no' }, false],
    ['an object whose kind ends like an error', { [Symbol.toStringTag]: 'NoError' }, false],
    ['an object whose kind begins like an error', { [Symbol.toStringTag]: 'Errors' }, false],
    ['undefined', undefined, false],
    ['text', 'Error', false],
  ])('%s', (_what, value, expected) => {
    expect(isError(value)).toBe(expected);
  });

  it('returns false for a revoked proxy', () => {
    expect(isError(revoked())).toBe(false);
  });

  it('uses Error.isError if there is one', () => {
    const disguised = Object.assign(runInNewContext('new Error("disguised")') as object, {
      [Symbol.toStringTag]: 'Other',
    });
    expect(isError(disguised)).toBe('isError' in Error);
    const original = Object.getOwnPropertyDescriptor(Error, 'isError');
    Object.defineProperty(Error, 'isError', { value: (value: unknown) => value === disguised, configurable: true });
    try {
      expect(isError(disguised)).toBe(true);
    } finally {
      if (original) Object.defineProperty(Error, 'isError', original);
      else delete (Error as { isError?: unknown }).isError;
    }
  });
});
