import { constants } from 'node:os';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { asyncContextManager, withAsync, withSync } from '../../lib/index.ts';
import type { SignalName } from '../../lib/node/index.ts';
import { nodeBuilds } from '../helpers/builds.ts';
import { errorOf } from '../helpers/outcome.ts';

describe.each(nodeBuilds)('%s', (_build, { terminationSignal }) => {
  describe('terminationSignal', () => {
    const names: NodeJS.Signals[] = ['SIGHUP', 'SIGINT', 'SIGTERM', 'SIGUSR2'];
    const counts = () => names.map((name) => process.listenerCount(name));
    const arrive = (name: NodeJS.Signals) => process.emit(name, name);
    const interrupted = (signal: AbortSignal) => {
      arrive('SIGINT');
      signal.throwIfAborted();
    };
    const { exitCode } = process;
    let before: number[];
    let kill: jest.SpiedFunction<typeof process.kill>;

    beforeEach(() => {
      before = counts();
      kill = jest.spyOn(process, 'kill').mockReturnValue(true);
    });

    afterEach(() => {
      process.exitCode = exitCode;
      kill.mockRestore();
      // eslint-disable-next-line jest/no-standalone-expect -- no test may leave anything behind
      expect(counts()).toEqual(before);
    });

    const added = () => counts().map((count, index) => count - (before[index] ?? 0));

    it('gives an AbortSignal, and listens during the block only', async () => {
      const body = (signal: AbortSignal) => [signal instanceof AbortSignal, signal.aborted, ...added()];
      expect(withSync(terminationSignal(), body)).toEqual([true, false, 0, 1, 1, 0]);
      expect(added()).toEqual([0, 0, 0, 0]);
      expect(await withAsync(terminationSignal(['SIGHUP', 'SIGHUP']), body)).toEqual([true, false, 1, 0, 0, 0]);
      expect(withSync(terminationSignal([]), body)).toEqual([true, false, 0, 0, 0, 0]);
      expect(process.exitCode).toBe(exitCode);
    });

    it.each<[SignalName & NodeJS.Signals]>([['SIGINT'], ['SIGTERM'], ['SIGUSR2']])(
      'aborts on %s, with an error that names it, and sets the exit code',
      async (name) => {
        const reason = await withAsync(terminationSignal(['SIGINT', 'SIGTERM', 'SIGUSR2']), (signal) => {
          arrive(name);
          return signal.reason as unknown;
        });
        expect(reason).toBeInstanceOf(Error);
        expect(reason).toMatchObject({
          name: 'TerminationError',
          message: `The process was asked to end by ${name}.`,
          signal: name,
        });
        expect((reason as Error).stack).toMatch(/^TerminationError: /);
        expect(Object.getOwnPropertyDescriptor(Object.getPrototypeOf(reason), 'name')).toMatchObject({
          writable: true,
          enumerable: false,
          configurable: true,
        });
        expect(process.exitCode).toBe(128 + constants.signals[name]);
      },
    );

    it('suppresses its reason', async () => {
      expect([withSync(terminationSignal(), interrupted), await withAsync(terminationSignal(), interrupted)]).toEqual([
        undefined,
        undefined,
      ]);
    });

    it("keeps the block's result anyway", () => {
      expect(withSync(terminationSignal(), () => arrive('SIGTERM'))).toBe(true);
    });

    it('rethrows any other error', async () => {
      for (const cause of [undefined, 'reason']) {
        const error = new Error('body');
        const body = (signal: AbortSignal) => {
          arrive('SIGINT');
          if (cause) error.cause = signal.reason;
          throw error;
        };
        expect(await errorOf(() => withSync(terminationSignal(), body))).toBe(error);
      }
    });

    it("rethrows undefined, which isn't the reason while nothing has aborted", async () => {
      const body = () => {
        throw undefined;
      };
      expect(await errorOf(() => withSync(terminationSignal(), body))).toBeUndefined();
    });

    it("throws a teardown's error, with the reason as its cause", async () => {
      const failed = new Error('teardown');
      const failing = asyncContextManager(async function* failing() {
        try {
          yield;
        } finally {
          throw failed;
        }
      });
      const body = (signal: AbortSignal) => withAsync(failing(), () => interrupted(signal));
      expect(await errorOf(() => withAsync(terminationSignal(), body))).toBe(failed);
      expect(failed.cause).toMatchObject({ signal: 'SIGINT' });
    });

    it('can be used many times, and nested', () => {
      const manager = terminationSignal();
      const inner = withSync(manager, (outer) => [withSync(manager, interrupted), outer.aborted]);
      expect(inner).toEqual([undefined, true]);
      expect(withSync(manager, (signal) => signal.aborted)).toBe(false);
    });

    it('leaves nothing behind if listening fails', async () => {
      const failed = new Error('no handle');
      const on = jest.spyOn(process, 'on').mockImplementation((...args: unknown[]) => {
        if (args[0] === 'SIGTERM') throw failed;
        return process.addListener(...(args as Parameters<typeof process.addListener>));
      });
      expect(await errorOf(() => withSync(terminationSignal(), () => 'never'))).toBe(failed);
      on.mockRestore();
    });

    it.each<[string, unknown, string]>([
      ['a bare name', 'SIGINT', 'takes an array of signals that a process can catch, but "SIGINT" was given'],
      ['null', null, 'but null was given'],
      ['an unknown name', ['SIGINT', 'SIGNIT'], 'but "SIGNIT" was given'],
      ['the name of something else', ['toString'], 'but "toString" was given'],
      ['a number', [2], 'but 2 was given'],
      ['a name in a nested list', [['SIGINT']], 'but an object (Array) was given'],
      ["a signal that a process can't catch", ['SIGINT', 'SIGKILL'], 'but "SIGKILL" was given'],
      ['the other one', ['SIGSTOP'], 'but "SIGSTOP" was given'],
    ])('refuses %s', (_what, given, message) => {
      const make = () => terminationSignal(given as SignalName[]);
      expect(make).toThrow(TypeError);
      expect(make).toThrow(message);
    });
  });
});
