import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { asyncContextManager, contextManager, withAsync, withSync } from '../../lib/index.ts';
import { hub, type Listener } from '../../lib/observe/engine/hub.ts';
import { collected } from '../helpers/garbage.ts';

const signals = ['SIGUSR2', 'SIGHUP'] as const;
const names = ['WITHAL_SLOW', 'WITHAL_SITES', 'WITHAL_SIGNAL'];
const fd = Object.getOwnPropertyDescriptor(process.stderr, 'fd') ?? {};
const isTTY = Object.getOwnPropertyDescriptor(process.stderr, 'isTTY');

let folder = '';
let file = 0;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'withal-register-'));
  file = openSync(join(folder, 'stderr'), 'w');
  Object.defineProperty(process.stderr, 'fd', { value: file, configurable: true });
});

afterEach(() => {
  for (const listener of listeners()) hub().remove(listener);
  for (const signal of signals) process.removeAllListeners(signal);
  for (const name of names) Reflect.deleteProperty(process.env, name);
  Object.defineProperty(process.stderr, 'fd', fd);
  if (isTTY) Object.defineProperty(process.stderr, 'isTTY', isTTY);
  else Reflect.deleteProperty(process.stderr, 'isTTY');
  closeSync(file);
  rmSync(folder, { recursive: true });
});

/** A program that registers never stops watching; a test must. */
function listeners(): Listener[] {
  return [...(Reflect.get(hub(), 'listeners') as Set<Listener>)];
}

/** Imports it as if for the first time. */
async function register(env: Record<string, string>): Promise<void> {
  Object.assign(process.env, env);
  jest.resetModules();
  await import('../../lib/observe/register.ts');
}

function printed(): string {
  return readFileSync(join(folder, 'stderr'), 'utf8');
}

const probe = contextManager(function* probe() {
  yield;
});

const waiting = asyncContextManager(async function* waiting() {
  await sleep(20);
  yield;
});

function forget(): void {
  // eslint-disable-next-line withal/no-floating-managers -- this is what is forgotten
  probe();
}

describe('withal/observe/register, in the process that imports it', () => {
  it('prints what is slow, even if everything is', async () => {
    await register({ WITHAL_SLOW: '0' });
    withSync(probe(), () => undefined);
    expect(printed()).toMatch(
      /^withal: probe has taken \d+ ms to set up\.\nwithal: probe has taken \d+ ms to tear down\.\n$/,
    );
  });

  it.each([{}, { WITHAL_SLOW: '' }, { WITHAL_SLOW: '4000' }])('prints nothing that is faster: %p', async (env) => {
    await register(env);
    await withAsync(waiting(), () => undefined);
    expect(listeners()).toHaveLength(1);
    expect(printed()).toBe('');
  });

  it.each(['5s', '-1', 'NaN'])('refuses %p milliseconds, before it watches', async (given) => {
    await expect(register({ WITHAL_SLOW: given })).rejects.toThrow(
      new TypeError(
        `Cannot observe: WITHAL_SLOW takes milliseconds, 0 or more, but "${given}" was given. Write WITHAL_SLOW=5000.`,
      ),
    );
    expect(listeners()).toEqual([]);
  });

  it.each([
    ['1', true],
    ['0', false],
    ['', false],
  ])('prints where blocks were entered with WITHAL_SITES=%p: %p', async (given, isAsked) => {
    await register({ WITHAL_SLOW: '0', WITHAL_SITES: given });
    withSync(probe(), () => undefined);
    expect(/to set up\.\nat .*register-in-process\.test\.ts/.test(printed())).toBe(isAsked);
  });

  it('prints what leaks', async () => {
    await register({});
    forget();
    await collected();
    expect(printed()).toBe('withal: probe was never entered.\n');
  });

  it.each([
    ['SIGUSR2', {}],
    ['SIGHUP', { WITHAL_SIGNAL: 'SIGHUP' }],
  ] as const)('prints what is open on a %s', async (signal, env) => {
    await register(env);
    withSync(probe(), () => void process.emit(signal, signal));
    expect(printed()).toMatch(/^withal: \n◀ probe {2}body \d\.\d ms {2}withSync\(\)\n$/);
  });

  it('colors it for a terminal', async () => {
    Object.defineProperty(process.stderr, 'isTTY', { value: true, configurable: true });
    await register({});
    withSync(probe(), () => void process.emit('SIGUSR2', 'SIGUSR2'));
    expect(printed()).toContain('\u001b[31m◀ probe');
  });

  it.each([
    ['', ''],
    ['SIGNONE', 'withal: There is no signal SIGNONE here. Set WITHAL_SIGNAL to another one.\n'],
  ])('listens to none if WITHAL_SIGNAL is %p', async (given, words) => {
    await register({ WITHAL_SIGNAL: given });
    expect(printed()).toBe(words);
    expect(process.eventNames()).toEqual(expect.not.arrayContaining(['SIGUSR2', 'SIGNONE', '']));
    expect(listeners()).toHaveLength(1);
  });
});
