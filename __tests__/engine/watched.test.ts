import { describe, expect, it } from '@jest/globals';
import { Watched } from '../../lib/engine/watched.ts';

describe('Watched', () => {
  it('notes who awaits its promise, and who only quiets it', async () => {
    const awaited = new Watched<string>();
    const quiet = new Watched<string>();
    quiet.quiet();
    awaited.resolve('value');
    expect([awaited.isAwaited, quiet.isAwaited]).toEqual([false, false]);
    expect([await awaited.promise, awaited.isAwaited]).toEqual(['value', true]);
  });

  // Babel's: `Reflect.construct(Promise, args, Object.getPrototypeOf(this).constructor)`.
  it('makes such promises too where a compiler makes functions of classes', () => {
    const { promise } = new Watched<string>();
    const prototype = Object.getPrototypeOf(promise) as { constructor: PromiseConstructor };
    const lowered = Reflect.construct(Promise, [() => undefined], prototype.constructor) as object;
    expect(Object.getPrototypeOf(lowered)).toBe(prototype);
    expect(promise.constructor).toBe(Promise);
  });
});
