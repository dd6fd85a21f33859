import { runInNewContext } from 'node:vm';
import { buildSync } from 'esbuild';
import { describe, expect, it, jest } from '@jest/globals';
import type { Visit } from '../../lib/observe/index.ts';
import { done } from '../helpers/visits.ts';
import * as host from '../../lib/observe/engine/host.ts';

/** Runs a program with the built package and only the given globals, as in a browser. */
function runElsewhere(program: string, globals: Record<string, unknown>): unknown {
  const code = `import { asyncContextManager, contextManager, withAsync, withSync } from './dist/index.js';
    import { observe } from './dist/observe/index.js';
    ${program}`;
  const { outputFiles } = buildSync({
    stdin: { contents: code, resolveDir: new URL('../..', import.meta.url).pathname },
    bundle: true,
    format: 'iife',
    globalName: 'found',
    write: false,
  });
  return runInNewContext(`${outputFiles[0]?.text ?? ''}; found`, globals);
}

const program = `
  const lock = contextManager(function* aLock() { yield; });
  const watch = observe({ keep: 9, sites: true });
  withSync(lock(), () => withSync(lock(), () => {}));
  export const parents = watch.done().map(({ parent }) => parent?.name);`;

describe('outside of Node', () => {
  it('nests by time, and measures with User Timing', () => {
    const calls: unknown[][] = [];
    const performance = {
      now: () => 1,
      measure: (...call: unknown[]) => calls.push(['measure', ...call.slice(0, 1)]),
      clearMeasures: (...call: unknown[]) => calls.push(['clear', ...call]),
    };
    expect(runElsewhere(program, { performance })).toMatchObject({ parents: ['aLock', undefined] });
    expect(calls).toEqual([
      ['measure', 'withal: aLock'],
      ['clear', 'withal: aLock'],
      ['measure', 'withal: aLock'],
      ['clear', 'withal: aLock'],
    ]);
  });

  it('works without User Timing too', () => {
    expect(runElsewhere(program, { performance: { now: () => 1 } })).toMatchObject({ parents: ['aLock', undefined] });
  });

  it('nests by AsyncContext if there is one', () => {
    class Variable {
      value: unknown;
      run(value: unknown, fn: () => unknown) {
        const before = this.value;
        this.value = value;
        try {
          return fn();
        } finally {
          this.value = before;
        }
      }
      get() {
        return this.value;
      }
    }
    const AsyncContext = { Variable, Snapshot: class {} };
    const globals = { performance: { now: () => 1 }, AsyncContext };
    expect(runElsewhere(program, globals)).toMatchObject({ parents: ['aLock', undefined] });
  });
});

describe('what the host provides', () => {
  const without = <R>(name: string, value: unknown, run: () => R): R => {
    const before = Object.getOwnPropertyDescriptor(globalThis, name);
    Object.defineProperty(globalThis, name, { value, configurable: true });
    try {
      return run();
    } finally {
      if (before) Object.defineProperty(globalThis, name, before);
      else Reflect.deleteProperty(globalThis, name);
    }
  };

  it('is looked up each time', () => {
    const { makeChannel, makeStore, measure } = host;
    const [over] = done as [Visit];
    expect(makeStore()?.get()).toBeUndefined();
    expect(makeChannel('withal:test')).toHaveProperty('start');
    without('process', undefined, () => {
      expect(makeStore()).toBeUndefined();
      expect(makeChannel('withal:test')).toBeUndefined();
      const performance = { measure: jest.fn(), clearMeasures: jest.fn() };
      without('performance', performance, () => measure(over, 1, 2));
      expect(performance.measure).toHaveBeenCalledWith('withal: first', {
        start: 1,
        end: 2,
        detail: { by: 'withAsync()', result: 'returned', parent: undefined },
      });
      expect(performance.clearMeasures).toHaveBeenCalledWith('withal: first');
      for (const poor of [undefined, {}]) without('performance', poor, () => measure(over, 1, 2));
    });
    without('process', { getBuiltinModule: () => ({}) }, () => expect(makeChannel('old')).toBeUndefined());
    class Variable {}
    without('AsyncContext', { Variable }, () => expect(makeStore()).toBeInstanceOf(Variable));
  });
});
