import { afterEach, describe, expect, it } from '@jest/globals';
import { withSync } from '../../lib/index.ts';
import type { Listener } from '../../lib/observe/engine/hub.ts';
import { observe, type Leak, type Watch } from '../../lib/observe/index.ts';

const watches: Watch[] = [];

afterEach(() => {
  for (const watch of watches.splice(0)) watch.stop();
});

function start(...given: Parameters<typeof observe>): Watch & Listener {
  const watch = observe(...given);
  watches.push(watch);
  return watch as Watch & Listener;
}

const manager = { enter() {}, exit() {} };

describe('a watch', () => {
  it('may begin while a block is open, without watching what is slow', () => {
    start();
    withSync(manager, () => expect(start().open()).toHaveLength(1));
  });

  it.each([1, 2, 3, Infinity])('returns the latest %p after any number', (keep) => {
    const watch = start({ keep });
    const ids: number[] = [];
    for (let count = 0; count < 20; count++) {
      withSync(manager, () => ids.push(watch.current()?.id ?? 0));
      expect(watch.done().map(({ id }) => id)).toEqual(ids.slice(-keep));
      expect((Reflect.get(watch, 'over') as unknown[]).length).toBeLessThanOrEqual(2 * keep);
    }
  });

  it('keeps nothing unless asked to', () => {
    for (const watch of [start(), start({ keep: 0 })]) {
      withSync(manager, () => undefined);
      expect(watch.done()).toEqual([]);
    }
  });

  it('asks for leaks only if it reports them, and tolerates those of other watches', () => {
    const leaks: Leak[] = [];
    const leak: Leak = { kind: 'never entered', name: 'lock', site: undefined, message: 'lock was never entered.' };
    const [curious, deaf] = [start({ onLeak: (found) => leaks.push(found) }), start()];
    expect([curious.leaks, deaf.leaks]).toEqual([true, false]);
    for (const watch of [curious, deaf]) watch.leaked(leak);
    expect(leaks).toEqual([leak]);
  });

  it('takes 0 as a time, but no string', () => {
    expect(() => start({ slow: 0 })).not.toThrow();
    expect(() => start({ slow: '5' as never })).toThrow('slow takes milliseconds, 0 or more, but "5" was given.');
  });
});
