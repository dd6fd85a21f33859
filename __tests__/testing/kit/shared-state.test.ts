import { mkdtempSync, rmdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from '@jest/globals';
import { watchSharedState } from '../../../lib/testing/kit/shared-state.ts';

const undo: (() => unknown)[] = [];

afterEach(() => {
  for (const step of undo.splice(0).reverse()) step();
});

function define(object: object, key: string, descriptor: PropertyDescriptor): void {
  Object.defineProperty(object, key, { configurable: true, ...descriptor });
  undo.push(() => Reflect.deleteProperty(object, key));
}

describe('watchSharedState', () => {
  it('reports what has changed, and restores it', () => {
    process.env['WITHAL_KEPT'] = 'a';
    undo.push(() => delete process.env['WITHAL_KEPT']);
    const { debug } = console;
    const folder = process.cwd();
    const { changed, putBack } = watchSharedState();
    expect(changed()).toEqual([]);
    process.chdir(tmpdir());
    process.env['WITHAL_KEPT'] = 'b';
    process.env['WITHAL_NEW'] = 'c';
    console.debug = () => undefined;
    (globalThis as { withal?: number }).withal = NaN;
    expect(changed()).toEqual([
      'the working directory changed',
      'process.env.WITHAL_KEPT changed',
      'process.env.WITHAL_NEW changed',
      'console.debug changed',
      'globalThis.withal changed',
    ]);
    putBack();
    expect(changed()).toEqual([]);
    expect([process.cwd(), process.env['WITHAL_KEPT'], 'WITHAL_NEW' in process.env]).toEqual([folder, 'a', false]);
    expect([console.debug, 'withal' in globalThis]).toEqual([debug, false]);
  });

  it('reports what is gone, and restores it', () => {
    process.env['WITHAL_GONE'] = 'a';
    undo.push(() => delete process.env['WITHAL_GONE']);
    define(globalThis, 'withalGone', { value: undefined, writable: true, enumerable: true });
    const { changed, putBack } = watchSharedState();
    delete process.env['WITHAL_GONE'];
    Reflect.deleteProperty(globalThis, 'withalGone');
    expect(changed()).toEqual(['process.env.WITHAL_GONE changed', 'globalThis.withalGone changed']);
    putBack();
    expect([changed(), process.env['WITHAL_GONE'], 'withalGone' in globalThis]).toEqual([[], 'a', true]);
  });

  it('reports a working directory that was removed', () => {
    const folder = process.cwd();
    const removed = mkdtempSync(join(tmpdir(), 'withal-testing-'));
    undo.push(() => process.chdir(folder));
    const { changed, putBack } = watchSharedState();
    process.chdir(removed);
    rmdirSync(removed);
    expect(changed()).toEqual(['the working directory changed']);
    putBack();
    expect([changed(), process.cwd()]).toEqual([[], folder]);
  });

  it('reports a new getter, and one in place of a value', () => {
    define(globalThis, 'withalValue', { value: undefined, writable: true });
    const { changed } = watchSharedState();
    define(globalThis, 'withalGetter', { get: () => undefined });
    define(globalThis, 'withalValue', { get: () => undefined });
    expect(changed()).toEqual(['globalThis.withalValue changed', 'globalThis.withalGetter changed']);
  });

  it('calls no getter, and lets one replace itself with what it has loaded', () => {
    let count = 0;
    define(globalThis, 'withalLazy', { get: () => (count += 1) });
    const { changed } = watchSharedState();
    expect([changed(), count]).toEqual([[], 0]);
    define(globalThis, 'withalLazy', { value: 1, writable: true });
    expect(changed()).toEqual([]);
    define(globalThis, 'withalLazy', { get: () => 2 });
    expect(changed()).toEqual(['globalThis.withalLazy changed']);
    Reflect.deleteProperty(globalThis, 'withalLazy');
    expect(changed()).toEqual(['globalThis.withalLazy changed']);
  });

  it("ignores what it may not see, or what isn't there", () => {
    const { env, cwd } = process;
    const closed = new Proxy(env, {
      ownKeys() {
        throw new Error('Requires env access.');
      },
    });
    Object.defineProperty(process, 'env', { value: closed, configurable: true, writable: true, enumerable: true });
    undo.push(() => Object.assign(process, { env, cwd }));
    Object.assign(process, { cwd: undefined });
    const { changed, putBack } = watchSharedState();
    expect(changed()).toEqual([]);
    putBack();
    expect(changed()).toEqual([]);
  });
});
