import { describe, expect, it } from '@jest/globals';
import { builds, copies } from './helpers/builds.ts';
import { hostile } from './helpers/hostile.ts';

describe.each(builds)('%s', (_build, { SuppressedError }) => {
  describe('SuppressedError', () => {
    it("has the shape of the platform's", () => {
      const error = new SuppressedError(1, 2, 'message');
      expect(error).toBeInstanceOf(SuppressedError);
      expect(error).toBeInstanceOf(Error);
      expect(String(error)).toBe('SuppressedError: message');
      expect([error.error, error.suppressed]).toEqual([1, 2]);
      expect(Object.keys(error)).toEqual([]);
      expect(new SuppressedError(1, 2).message).toBe('');
      expect(Object.getOwnPropertyDescriptor(SuppressedError.prototype, 'name')).toEqual({
        value: 'SuppressedError',
        writable: true,
        enumerable: false,
        configurable: true,
      });
    });

    it("is the platform's own if there is one", () => {
      const native = (globalThis as { SuppressedError?: unknown }).SuppressedError;
      expect(native === undefined || native === SuppressedError).toBe(true);
    });

    it('is recognized across copies of the package', () => {
      for (const [, other] of copies) expect(new SuppressedError(1, 2)).toBeInstanceOf(other.SuppressedError);
    });
  });
});

type SuppressedErrorClass = SuppressedErrorConstructor & ((...args: unknown[]) => Error);

const own = await withoutPlatform();
const platform = (globalThis as { SuppressedError?: SuppressedErrorClass }).SuppressedError;

/** The class for a runtime that has none. */
async function withoutPlatform(): Promise<SuppressedErrorClass> {
  const original = Object.getOwnPropertyDescriptor(globalThis, 'SuppressedError');
  delete (globalThis as { SuppressedError?: unknown }).SuppressedError;
  try {
    const again = '../lib/suppressed-error.ts?again';
    return ((await import(again)) as { SuppressedError: SuppressedErrorClass }).SuppressedError;
  } finally {
    if (original) Object.defineProperty(globalThis, 'SuppressedError', original);
  }
}

const classes = Object.entries({ own, ...(platform && { platform }) });

describe.each(classes)('SuppressedError, %s', (_whose, SuppressedError) => {
  const hidden = (value: unknown) => ({ value, writable: true, enumerable: false, configurable: true });

  it('has the class properties of the specification', () => {
    expect(Object.getPrototypeOf(SuppressedError)).toBe(Error);
    expect(Object.getOwnPropertyDescriptors(SuppressedError)).toMatchObject({
      length: { value: 3, writable: false, enumerable: false, configurable: true },
      name: { value: 'SuppressedError', writable: false, enumerable: false, configurable: true },
      prototype: { writable: false, enumerable: false, configurable: false },
    });
    expect(Object.getPrototypeOf(SuppressedError.prototype)).toBe(Error.prototype);
    expect(Object.getOwnPropertyDescriptors(SuppressedError.prototype)).toEqual({
      constructor: hidden(SuppressedError),
      name: hidden('SuppressedError'),
      message: hidden(''),
    });
  });

  it('has the instance properties of the specification, in its order', () => {
    const { stack: _stack, ...properties } = Object.getOwnPropertyDescriptors(
      new SuppressedError(1, undefined, 3 as never),
    );
    expect(Object.entries(properties)).toEqual([
      ['message', hidden('3')],
      ['error', hidden(1)],
      ['suppressed', hidden(undefined)],
    ]);
    for (const error of [new SuppressedError(1, 2), new SuppressedError(1, 2, undefined)])
      expect(Object.keys(Object.getOwnPropertyDescriptors(error))).toEqual(['stack', 'error', 'suppressed']);
    expect(() => new SuppressedError(1, 2, Symbol('message') as never)).toThrow(TypeError);
  });

  it('makes instances of new.target', () => {
    class Sub extends SuppressedError {
      readonly extra = 'extra';
    }
    class Other extends SuppressedError {}
    const sub = new Sub(1, 2, 'sub');
    expect(sub).toMatchObject({ error: 1, suppressed: 2, message: 'sub', extra: 'extra' });
    expect(Object.getPrototypeOf(sub)).toBe(Sub.prototype);
    expect(sub).toBeInstanceOf(Sub);
    expect(sub).toBeInstanceOf(SuppressedError);
    expect(sub).not.toBeInstanceOf(Other);
    expect(new SuppressedError(1, 2)).not.toBeInstanceOf(Sub);
    class Foreign {}
    expect(Reflect.construct(SuppressedError, [1, 2], Foreign)).toBeInstanceOf(Foreign);
  });

  it('can be called without new', () => {
    const error = SuppressedError(1, 2, 'message');
    expect(Object.getPrototypeOf(error)).toBe(SuppressedError.prototype);
    expect(error).toMatchObject({ error: 1, suppressed: 2, message: 'message' });
    expect(Object.prototype.toString.call(error)).toBe('[object Error]');
  });

  it('has its own prototype if new.target has none', () => {
    const target = Object.defineProperty(function () {}.bind(undefined), 'prototype', { value: null });
    const error: unknown = Reflect.construct(SuppressedError, [1, 2], target);
    expect(Object.getPrototypeOf(error)).toBe(SuppressedError.prototype);
  });

  it('starts its stack with its name and message, and where it was made', () => {
    const made = (function here() {
      return [new SuppressedError(1, 2, 'message'), SuppressedError(1, 2, 'message')];
    })();
    for (const { stack } of made) expect(stack).toMatch(/^SuppressedError: message\n +at here /);
  });
});

describe('SuppressedError of its own', () => {
  it("treats what a compiler's helper makes as one if the platform has none, and nothing else", () => {
    const helped = Object.assign(new Error('message'), { name: 'SuppressedError', error: 1, suppressed: 2 });
    expect(helped).toBeInstanceOf(own);
    expect(new Error('message')).not.toBeInstanceOf(own);
    expect({ name: 'SuppressedError' }).not.toBeInstanceOf(own);
    expect(() => hostile() instanceof own).not.toThrow();
    class Sub extends own {}
    expect(helped).not.toBeInstanceOf(Sub);
  });
});
