import { describe, expect, it } from '@jest/globals';
import { asyncEntry, fresh, syncEntry } from '../lib/entry.ts';
import { contextManager } from '../lib/generator.ts';

describe('entries', () => {
  it('are made for each use', () => {
    const manager = contextManager(function* manager() {
      yield;
    })();
    expect(asyncEntry(manager, 'test()')).not.toBe(asyncEntry(manager, 'test()'));
    expect(fresh).toBe(Symbol.for('withal.fresh'));
  });

  it('enter nothing while they are made', () => {
    const manager = {
      enter() {
        throw new Error('entered');
      },
      exit() {},
    };
    expect(syncEntry(manager, 'test()')).toHaveProperty('next');
    expect(asyncEntry(manager, 'test()')).toHaveProperty('next');
  });

  it('yield once, as generators do', async () => {
    const manager = { enter: () => 'value', exit: () => true };
    const sync = syncEntry(manager, 'test()');
    expect([sync.next(), sync.next()]).toEqual([
      { done: false, value: 'value' },
      { done: true, value: undefined },
    ]);
    const async = asyncEntry(manager, 'test()');
    expect([await async.next(), await async.throw('error')]).toEqual([
      { done: false, value: 'value' },
      { done: true, value: undefined },
    ]);
  });
});
