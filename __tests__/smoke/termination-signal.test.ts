import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { describe, expect, it } from '@jest/globals';
import { asyncContextManager, withAsync } from '../../lib/index.ts';
import { sharedBundles } from '../helpers/bundles.ts';

const unwinding = '__tests__/smoke/fixtures/unwinding.ts';
const hanging = '__tests__/smoke/fixtures/hanging.ts';
const failing = '__tests__/smoke/fixtures/failing.ts';
const bundleOf = sharedBundles(unwinding, hanging, failing);

interface Ending {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly lines: readonly string[];
  readonly errors: string;
}

/** Runs one of the programs, sends it the signal that each line asks for, and returns how it ended. */
async function run(program: string, signals: Record<string, NodeJS.Signals>, args: string[] = []): Promise<Ending> {
  const child = spawn(process.execPath, [bundleOf(program), ...args]);
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

describe('a program that gets a signal', () => {
  it.each<[NodeJS.Signals, number]>([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ])(
    'unwinds its managers on %s, and ends with code %d',
    async (signal, code) => {
      await withAsync(folder(), async (path) => {
        const [temporary, file] = [join(path, 'temporary'), join(path, 'file')];
        await mkdir(temporary);
        await writeFile(file, '');

        expect(await run(unwinding, { ready: signal }, [temporary, file])).toEqual({
          code,
          signal: null,
          lines: ['ready', 'rolled back', 'done, 0 listeners left'],
          errors: '',
        });
        expect(await readdir(temporary)).toEqual([]);
        expect([await readdir(path), await readFile(file, 'utf8')]).toEqual([['file', 'temporary'], 'committed\n']);
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
      expect(await run(hanging, { ready: first, 'tearing down': second })).toEqual({
        code: null,
        signal: second,
        lines: ['ready', 'tearing down'],
        errors: '',
      });
    },
    60_000,
  );

  it('fails with an error of its own', async () => {
    const ending = await run(failing, { ready: 'SIGTERM' });
    expect(ending).toMatchObject({ code: 1, signal: null, lines: ['ready'] });
    expect(ending.errors).toContain('Error: an error of its own');
    expect(ending.errors).toContain('TerminationError: The process was asked to end by SIGTERM.');
  }, 60_000);
});
