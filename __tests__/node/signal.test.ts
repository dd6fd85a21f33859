import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { constants, tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { PGlite } from '@electric-sql/pglite';
import { asyncContextManager, withAsync, withSync } from '../../lib/index.ts';
import type { SignalName } from '../../lib/node/index.ts';
import { nodeBuilds } from '../helpers/builds.ts';
import { errorOf } from '../helpers/outcome.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

interface Ending {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly lines: readonly string[];
  readonly errors: string;
}

/** Runs one of the fixtures, sends it the signal that each line asks for, and tells how it ended. */
async function run(name: string, signals: Record<string, NodeJS.Signals>, args: string[] = []): Promise<Ending> {
  const program = fileURLToPath(new URL(`fixtures/${name}.ts`, import.meta.url));
  const child = spawn(process.execPath, ['--import', 'tsx', program, ...args], { cwd: root });
  const ended = once(child, 'close') as Promise<[number | null, NodeJS.Signals | null]>;
  const errors = text(child.stderr);
  const lines: string[] = [];
  for await (const line of createInterface(child.stdout)) {
    lines.push(line);
    const signal = signals[line];
    if (signal) child.kill(signal);
  }
  const [code, signal] = await ended;
  return { code, signal, lines, errors: await errors };
}

const folder = asyncContextManager(async function* folder() {
  const path = await mkdtemp(join(tmpdir(), 'withal-signal-'));
  try {
    yield path;
  } finally {
    await rm(path, { recursive: true });
  }
});

/** Opens the database in the folder, for one query. */
async function query(data: string, statement: string): Promise<unknown[]> {
  const db = await PGlite.create(data);
  try {
    return (await db.query(statement)).rows;
  } finally {
    await db.close();
  }
}

describe('a program that gets a signal', () => {
  it.each<[NodeJS.Signals, number]>([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ])(
    'unwinds its managers on %s, and ends with code %d',
    async (signal, code) => {
      await withAsync(folder(), async (path) => {
        const [temporary, data] = [join(path, 'temporary'), join(path, 'data')];
        await mkdir(temporary);
        await query(data, 'CREATE TABLE rows (name text)');

        expect(await run('unwinding', { ready: signal }, [temporary, data])).toEqual({
          code,
          signal: null,
          lines: ['ready', 'rolled back', 'done, 0 listeners left'],
          errors: '',
        });
        expect(await readdir(temporary)).toEqual([]);
        expect(await query(data, 'SELECT * FROM rows')).toEqual([{ name: 'committed' }]);
      });
    },
    60_000,
  );

  it.each<[NodeJS.Signals, NodeJS.Signals]>([
    ['SIGINT', 'SIGINT'],
    ['SIGTERM', 'SIGTERM'],
    ['SIGINT', 'SIGTERM'],
  ])(
    'hangs in its teardown after %s, and is killed by %s',
    async (first, second) => {
      expect(await run('hanging', { ready: first, 'tearing down': second })).toEqual({
        code: null,
        signal: second,
        lines: ['ready', 'tearing down'],
        errors: '',
      });
    },
    60_000,
  );

  it('fails with an error of its own', async () => {
    const ending = await run('failing', { ready: 'SIGTERM' });
    expect(ending).toMatchObject({ code: 1, signal: null, lines: ['ready'] });
    expect(ending.errors).toContain('Error: an error of its own');
    expect(ending.errors).toContain('TerminationError: The process was asked to end by SIGTERM.');
  }, 60_000);
});

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

    it('keeps what the block returned nevertheless', () => {
      expect(withSync(terminationSignal(), () => arrive('SIGTERM'))).toBe(true);
    });

    it('lets any other error pass', async () => {
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

    it('lets undefined pass, which is no reason while nothing has aborted', async () => {
      const body = () => {
        throw undefined;
      };
      expect(await errorOf(() => withSync(terminationSignal(), body))).toBeUndefined();
    });

    it('lets the error of a teardown pass, with the reason as its cause', async () => {
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

    it('on a second signal stops listening, and raises it again', () => {
      withSync(terminationSignal(), (signal) => {
        arrive('SIGINT');
        const { reason } = signal;
        arrive('SIGTERM');
        expect(added()).toEqual([0, 0, 0, 0]);
        expect(signal.reason).toBe(reason);
        expect(kill.mock.calls).toEqual([[process.pid, 'SIGTERM']]);
        expect(process.exitCode).toBe(130);
      });
    });

    it('can be used many times, and within itself', () => {
      const manager = terminationSignal();
      const inner = withSync(manager, (outer) => [withSync(manager, interrupted), outer.aborted]);
      expect(inner).toEqual([undefined, true]);
      expect(withSync(manager, (signal) => signal.aborted)).toBe(false);
    });

    it('leaves nothing behind where listening fails', async () => {
      const failed = new Error('no handle');
      const on = jest.spyOn(process, 'on').mockImplementation((...args: unknown[]) => {
        if (args[0] === 'SIGTERM') throw failed;
        return process.addListener(...(args as Parameters<typeof process.addListener>));
      });
      expect(await errorOf(() => withSync(terminationSignal(), () => 'never'))).toBe(failed);
      on.mockRestore();
    });

    it.each<[string, unknown, string]>([
      ['a name by itself', 'SIGINT', 'takes an array of signals that a process can catch, but "SIGINT" was given'],
      ['null', null, 'but null was given'],
      ['an unknown name', ['SIGINT', 'SIGNIT'], 'but "SIGNIT" was given'],
      ['a name of something else', ['toString'], 'but "toString" was given'],
      ['a number', [2], 'but 2 was given'],
      ['a name in a list of its own', [['SIGINT']], 'but an object (Array) was given'],
      ['what no process can catch', ['SIGINT', 'SIGKILL'], 'but "SIGKILL" was given'],
      ['the other one', ['SIGSTOP'], 'but "SIGSTOP" was given'],
    ])('refuses %s', (_what, given, message) => {
      const make = () => terminationSignal(given as SignalName[]);
      expect(make).toThrow(TypeError);
      expect(make).toThrow(message);
    });
  });
});
