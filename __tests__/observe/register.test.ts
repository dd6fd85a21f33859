import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, it, jest } from '@jest/globals';

// On a busy machine it takes time to start a process and to collect.
jest.setTimeout(30_000);

/** Runs a program under `--import withal/observe/register`; returns what it wrote to stderr. */
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
  it('prints what is open on SIGUSR2', async () => {
    const program = `${head} setTimeout(() => process.kill(process.pid, 'SIGUSR2'), 20); await withAsync(stuck(), () => {});`;
    expect(await stderrOf(program)).toMatch(/^withal: \n◀ stuck {2}entering \d+ ms {2}withAsync\(\)\n$/);
  });

  it("listens to another signal, or to none, and survives one that doesn't exist", async () => {
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
