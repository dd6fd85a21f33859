import process from 'node:process';
import { describe, expect, it } from '@jest/globals';
import { abortSource, isAbortSignal, reasonOf, type AbortSignalLike } from '../../lib/support/abort.ts';

describe('abortSource', () => {
  it('lets any number of tasks listen to its signal, where Node 20 would warn', () => {
    // `getMaxListeners()` of Node 20 rejects a signal without a limit.
    const { signal } = abortSource();
    const limit = Object.getOwnPropertySymbols(signal).find((key) => String(key).includes('maxEventTargetListeners)'));
    expect(Reflect.get(signal, limit as symbol)).toBe(0);
  });

  it("works if the signal isn't Node's, or without Node", () => {
    const { AbortController } = globalThis;
    for (const setMaxListeners of [undefined, throwing]) {
      const getBuiltinModule = setMaxListeners && (() => ({ setMaxListeners }));
      Object.defineProperty(globalThis, 'process', { value: { getBuiltinModule }, configurable: true });
      try {
        expect(abortSource()).toBeInstanceOf(AbortController);
      } finally {
        Object.defineProperty(globalThis, 'process', { value: process, configurable: true });
      }
    }
  });
});

describe('abortSource on React Native, whose AbortController has no reasons', () => {
  it('aborts with the usual reason, or with a given one', () => {
    const { AbortController } = globalThis;
    globalThis.AbortController = class {
      readonly signal = { aborted: false, addEventListener() {} };

      abort() {
        this.signal.aborted = true;
      }
    } as never;
    try {
      const [usual, given] = [abortSource(), abortSource()];
      usual.abort();
      given.abort('reason');
      expect([usual.signal.aborted, given.signal.aborted]).toEqual([true, true]);
      expect(reasonOf(usual.signal)).toMatchObject({ name: 'AbortError', message: 'This operation was aborted' });
      expect(reasonOf(given.signal)).toBe('reason');
    } finally {
      globalThis.AbortController = AbortController;
    }
  });
});

describe('isAbortSignal', () => {
  it.each<[string, unknown, boolean]>([
    ['a signal', AbortSignal.abort(), true],
    ['a stand-in', { aborted: false, addEventListener() {} }, true],
    ['a controller', new AbortController(), false],
    ['an EventTarget', new EventTarget(), false],
    ['undefined', undefined, false],
  ])('%s', (_what, value, expected) => {
    expect(isAbortSignal(value)).toBe(expected);
  });
});

describe('reasonOf', () => {
  it('makes an AbortError if a signal has no reasons', () => {
    expect(reasonOf(AbortSignal.abort(undefined))).toMatchObject({ name: 'AbortError' });
    expect(reasonOf({ aborted: true } as AbortSignalLike)).toMatchObject({
      name: 'AbortError',
      message: 'This operation was aborted',
    });
    expect(reasonOf({ aborted: true, reason: undefined } as AbortSignalLike)).toBeUndefined();
  });
});

function throwing(): never {
  throw new TypeError('not an EventTarget of Node');
}
