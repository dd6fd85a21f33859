import { describe, expect, it } from '@jest/globals';
import { adaptAsync, adaptSync } from '../../lib/engine/adapt.ts';
import { newRun } from '../../lib/engine/run.ts';
import { contextManager } from '../../lib/index.ts';
import { itUnobserved } from '../helpers/unobserved.ts';

describe('runs', () => {
  it('are made anew for each use', () => {
    const manager = contextManager(function* manager() {
      yield;
    })();
    expect(adaptAsync(manager, 'test()')).not.toBe(adaptAsync(manager, 'test()'));
    expect(newRun).toBe(Symbol.for('withal.newRun'));
  });

  it('enter nothing when they are made', () => {
    const manager = {
      enter() {
        throw new Error('entered');
      },
      exit() {},
    };
    expect(adaptSync(manager, 'test()')).toHaveProperty('next');
    expect(adaptAsync(manager, 'test()')).toHaveProperty('next');
  });

  itUnobserved('yield once, as generators do', async () => {
    const manager = { enter: () => 'value', exit: () => true };
    const sync = adaptSync(manager, 'test()');
    expect([sync.next(), sync.next()]).toEqual([
      { done: false, value: 'value' },
      { done: true, value: undefined },
    ]);
    const async = adaptAsync(manager, 'test()');
    expect([await async.next(), await async.throw('error')]).toEqual([
      { done: false, value: 'value' },
      { done: true, value: undefined },
    ]);
  });
});
