import { describe, expect, it } from '@jest/globals';
import { builds } from './helpers/builds.ts';

const sync = { enter() {}, exit() {} };
const async = { async enterAsync() {}, async exitAsync() {} };

describe.each(builds)(
  '%s',
  (_build, { asyncContextManager, contextManager, isAsyncContextManager, isContextManager }) => {
    const cases: [what: string, value: unknown, isSync: boolean, isAsync: boolean][] = [
      ['a sync manager', sync, true, false],
      ['an async manager', async, false, true],
      ['an object with both protocols', { ...sync, ...async }, true, true],
      ['a function with the methods', Object.assign(() => undefined, sync), true, false],
      [
        'a generator manager',
        contextManager(function* manager() {
          yield;
        })(),
        true,
        false,
      ],
      [
        'an async generator manager',
        asyncContextManager(async function* manager() {
          yield;
        })(),
        false,
        true,
      ],
      [
        'a manager function',
        contextManager(function* manager() {
          yield;
        }),
        false,
        false,
      ],
      ['half a sync protocol', { enter() {} }, false, false],
      ['the other half', { exit() {} }, false, false],
      ['half an async protocol', { async enterAsync() {} }, false, false],
      ['its other half', { async exitAsync() {} }, false, false],
      ["methods that aren't functions", { enter: true, exit: true }, false, false],
      ['a disposable', { [Symbol.dispose]() {} }, false, false],
      ['undefined', undefined, false, false],
      ['null', null, false, false],
      ['text', 'manager', false, false],
    ];

    it.each(cases)('isContextManager, isAsyncContextManager: %s', (_what, value, isSync, isAsync) => {
      expect(isContextManager(value)).toBe(isSync);
      expect(isAsyncContextManager(value)).toBe(isAsync);
    });
  },
);
