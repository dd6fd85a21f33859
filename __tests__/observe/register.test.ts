import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it, jest } from '@jest/globals';
import { asyncContextManager, withAsync } from '../../lib/index.ts';
import { collected } from '../helpers/garbage.ts';

// A machine that does something else, too, takes its time to start a process and to collect.
jest.setTimeout(30_000);

const waiting = asyncContextManager(async function* waiting() {
  await sleep(30);
  yield;
});

// Another copy: a module runs once.
const again = '../../lib/observe/register.ts?again';

function forget(): void {
  // eslint-disable-next-line withal/no-floating-managers -- that is what is forgotten
  waiting();
}

/** Runs a program under `--import withal/observe/register`; gives what it wrote to stderr. */
async function stderrOf(program: string, env: Record<string, string> = {}): Promise<string> {
  const flags = ['--expose-gc', '--import', 'withal/observe/register', '--input-type=module', '--eval', program];
  const child = spawn(process.execPath, flags, {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let text = '';
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
  await once(child, 'close');
  return text;
}

const head = `
  import { setTimeout as sleep } from 'node:timers/promises';
  import { asyncContextManager, withAsync } from 'withal';
  const stuck = asyncContextManager(async function* stuck() { await sleep(200); yield; });
`;

describe('withal/observe/register', () => {
  it('works in the process that imports it', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'withal-register-'));
    const file = openSync(join(folder, 'stderr'), 'w');
    const fd = Object.getOwnPropertyDescriptor(process.stderr, 'fd') ?? {};
    Object.defineProperty(process.stderr, 'fd', { value: file, configurable: true });
    const before = process.listeners('SIGUSR2');
    Object.assign(process.env, { WITHAL_SLOW: '1', WITHAL_SITES: '1' });
    try {
      await import('../../lib/observe/register.ts');
      await withAsync(waiting(), () => void process.emit('SIGUSR2', 'SIGUSR2'));
      forget();
      await collected();
      Object.assign(process.env, { WITHAL_SIGNAL: 'SIGNONE' });
      await import(again);
      Object.assign(process.env, { WITHAL_SIGNAL: '' });
      Reflect.deleteProperty(process.env, 'WITHAL_SLOW');
      await import(`${again}2`);
      Object.assign(process.env, { WITHAL_SLOW: '5s' });
      await expect(import(`${again}3`)).rejects.toThrow('Write WITHAL_SLOW=5000.');
      const text = readFileSync(join(folder, 'stderr'), 'utf8');
      expect(text).toContain('There is no signal SIGNONE here');
      for (const part of ['waiting has taken', '◀ waiting  body', 'waiting was never entered.\nat '])
        expect(text).toContain(part);
    } finally {
      Object.defineProperty(process.stderr, 'fd', fd);
      closeSync(file);
      rmSync(folder, { recursive: true });
      for (const listener of process.listeners('SIGUSR2'))
        if (!before.includes(listener)) process.off('SIGUSR2', listener);
      Reflect.deleteProperty(process.env, 'WITHAL_SIGNAL');
      Reflect.deleteProperty(process.env, 'WITHAL_SLOW');
      Reflect.deleteProperty(process.env, 'WITHAL_SITES');
    }
  });

  it('prints what is open at a SIGUSR2', async () => {
    const program = `${head} setTimeout(() => process.kill(process.pid, 'SIGUSR2'), 20); await withAsync(stuck(), () => {});`;
    expect(await stderrOf(program)).toMatch(/^withal: \n◀ stuck {2}entering \d+ ms {2}withAsync\(\)\n$/);
  });

  it('listens to another signal, or to none, and survives one that there is not', async () => {
    const ask = (signal: string) => `${head}
      setTimeout(() => process.kill(process.pid, '${signal}'), 20); await withAsync(stuck(), () => {});`;
    expect(await stderrOf(ask('SIGHUP'), { WITHAL_SIGNAL: 'SIGHUP' })).toContain('stuck  entering');
    expect(await stderrOf(`${head} process.exit(process.listenerCount('SIGUSR2'))`, { WITHAL_SIGNAL: '' })).toBe('');
    expect(await stderrOf('', { WITHAL_SIGNAL: 'SIGNONE' })).toMatch(/^withal: There is no signal SIGNONE here/);
  });

  it('prints what is slow and what leaks, and where it was entered if asked to', async () => {
    const program = `${head}
      function forget() { stuck(); }
      forget();
      await withAsync(stuck(), () => {});
      for (let round = 0; round < 10; round++) { gc(); await sleep(1); }`;
    const lines = await stderrOf(program, { WITHAL_SLOW: '50' });
    expect(lines).toMatch(/withal: stuck has taken \d+ ms to set up\.\n/);
    expect(lines).toContain('withal: stuck was never entered.\n');
    expect(await stderrOf(program, { WITHAL_SLOW: '50', WITHAL_SITES: '1' })).toMatch(
      /stuck was never entered\.\nat forget/,
    );
  });
});
