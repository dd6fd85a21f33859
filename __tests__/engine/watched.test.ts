import { describe, expect, it } from '@jest/globals';
import { Watched, WatchedList } from '../../lib/engine/watched.ts';

describe('Watched', () => {
  it('tells code that awaits its promise from code that only silences it', async () => {
    const awaited = new Watched<string>();
    const quiet = new Watched<string>();
    quiet.quiet();
    awaited.resolve('value');
    expect([awaited.isAwaited, quiet.isAwaited]).toEqual([false, false]);
    expect([await awaited.promise, awaited.isAwaited]).toEqual(['value', true]);
  });

  // Babel's: `Reflect.construct(Promise, args, Object.getPrototypeOf(this).constructor)`.
  it('makes such promises even if a compiler turns classes into functions', () => {
    const { promise } = new Watched<string>();
    const prototype = Object.getPrototypeOf(promise) as { constructor: PromiseConstructor };
    const lowered = Reflect.construct(Promise, [() => undefined], prototype.constructor) as object;
    expect(Object.getPrototypeOf(lowered)).toBe(prototype);
    expect(promise.constructor).toBe(Promise);
  });
});

describe('WatchedList', () => {
  it.each([0, 1, 2])('keeps the others in order when number %d is removed, and what is added afterwards', (index) => {
    const list = new WatchedList<string>();
    const all = Array.from({ length: 4 }, () => new Watched<string>());
    for (const watched of all.slice(0, 3)) list.add(watched);
    list.delete(all[index] as Watched<string>);
    list.add(all[3] as Watched<string>);
    expect([...list].map((watched) => all.indexOf(watched))).toEqual([0, 1, 2, 3].filter((one) => one !== index));
  });

  it('is empty after it is cleared, and takes others', () => {
    const list = new WatchedList<string>();
    const [one, other] = [new Watched<string>(), new Watched<string>()];
    list.add(one);
    list.clear();
    expect([...list]).toEqual([]);
    list.add(other);
    expect([...list]).toHaveLength(1);
  });
});
