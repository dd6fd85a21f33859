import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { Leaks } from '../../../lib/observe/engine/leaks.ts';
import { visit } from '../../helpers/visits.ts';

const registryHere = globalThis.FinalizationRegistry;

/** Reports what was registered as if it were collected. */
let collect: (held: unknown) => void = () => undefined;

beforeEach(() => {
  class Registry {
    constructor(callback: (held: unknown) => void) {
      collect = callback;
    }
    register() {}
    unregister() {}
  }
  Object.assign(globalThis, { FinalizationRegistry: Registry });
});

afterEach(() => void Object.assign(globalThis, { FinalizationRegistry: registryHere }));

describe('leaks', () => {
  const forget = jest.fn();
  const tell = jest.fn();

  beforeEach(() => {
    forget.mockClear();
    tell.mockClear();
  });

  it('are reported when collected, until the watch stops', () => {
    const leaks = new Leaks(tell, forget);
    const owed = { kind: 'never entered', name: 'lock', site: 'at app' };
    const told = { ...owed, message: 'lock was never entered.\nat app' };
    collect(owed);
    expect(tell.mock.calls).toEqual([[told]]);
    leaks.stop();
    collect(owed);
    collect(visit('open', undefined, { entering: 0 }));
    expect(tell.mock.calls).toEqual([[told]]);
    expect(forget).not.toHaveBeenCalled();
  });

  it('forget a block that can never settle, and are reported unless a stack held it', () => {
    new Leaks(tell, forget);
    const visits = [
      visit('entered', undefined, { entering: 0, body: 1 }),
      visit('job', undefined, { body: 1 }, { by: 'scopeAsync()' }),
      visit('held', undefined, { body: 1 }, { by: 'defer()' }),
    ];
    for (const one of [...visits, visit('over', undefined, { entering: 0, over: 1 })]) collect(one);
    expect(forget.mock.calls).toEqual(visits.map((one) => [one]));
    expect(tell.mock.calls).toEqual(
      ['entered', 'job'].map((name) => [
        { kind: 'never exited', name, site: undefined, message: `${name} was never exited.` },
      ]),
    );
  });
});
