import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { describe, expect, it } from '@jest/globals';
import { aclosing, asyncContextManager, closing, enter, withAsync } from '../../lib/index.ts';
import { sharedBundles } from '../helpers/bundles.ts';

const program = 'docs/recipes/service/main.ts';
const bundleOf = sharedBundles(program);

const folder = asyncContextManager(async function* folder() {
  const path = await mkdtemp(join(tmpdir(), 'withal-shutdown-'));
  try {
    yield path;
  } finally {
    await rm(path, { recursive: true });
  }
});

interface Service {
  /** Its TMPDIR. */
  readonly temporary: string;
  /** Reads the output up to a line that begins so, and returns the rest of that line. */
  until(start: string): Promise<string>;
  /** Ends it with SIGTERM; returns the output since then, and how long that took. */
  terminate(): Promise<{ code: number; lines: string[]; errors: string; took: number }>;
}

/** The program with a database in memory; it is killed if it doesn't end by itself. */
const service = asyncContextManager(async function* service(environment: Record<string, string>) {
  const temporary = yield* enter(folder());
  const env = {
    ...process.env,
    DATABASE_URL: undefined,
    PORT: '0',
    TMPDIR: temporary,
    WITHAL_SLOW: '60000',
    ...environment,
  };
  const child = spawn(process.execPath, ['--liftoff-only', bundleOf(program)], { env });
  const ended = once(child, 'close');
  yield* enter(
    closing(child, () => {
      child.kill('SIGKILL');
      return ended;
    }),
  );
  const errors = text(child.stderr);
  const output = yield* enter(aclosing(createInterface(child.stdout)));
  const made: Service = {
    temporary,
    async until(start) {
      for await (const line of output) if (line.startsWith(start)) return line.slice(start.length);
      throw new Error(`It ended without "${start}": ${await errors}`);
    },
    async terminate() {
      const begin = performance.now();
      child.kill('SIGTERM');
      const lines: string[] = [];
      for await (const line of output) lines.push(line);
      const [code] = (await ended) as [number];
      return { code, lines, errors: await errors, took: performance.now() - begin };
    },
  };
  yield made;
});

const terminated = 'TerminationError: The process was asked to end by SIGTERM.';
const unwound = ['exit server', 'exit job', 'exit database', 'exit directory'];

/** What the page shows of the report. */
async function shown(): Promise<string> {
  const page = await readFile(new URL('../../docs/recipes/service/README.md', import.meta.url), 'utf8');
  return /^Cannot end: .*$/m.exec(page)?.[0] ?? '';
}

describe('the service and its grace period', () => {
  it('ends by itself', async () => {
    await withAsync(service({ GRACE: '30000' }), async ({ temporary, until, terminate }) => {
      await until('ready on ');
      const { took, ...ending } = await terminate();
      expect(ending).toEqual({ code: 143, lines: [terminated, ...unwound], errors: '' });
      expect(took).toBeLessThan(20_000);
      expect(await readdir(temporary)).toEqual([]);
    });
  }, 60_000);

  it('is ended if a client stops sending', async () => {
    await withAsync(service({ GRACE: '1000' }), async ({ temporary, until, terminate }) => {
      const url = await until('ready on ');
      const begun = request(`${url}/payments`, { method: 'POST' }).on('error', () => {});
      begun.write('Ada,30\n');
      await until('[1] enter POST /payments');
      const { took, errors, ...ending } = await terminate();
      expect(ending).toEqual({ code: 143, lines: [terminated] });
      const [report, open, active] = errors.split('\n');
      expect(report).toBe((await shown()).replace('25000', '1000'));
      expect(open).toMatch(/^Open blocks: main\(\) \(exiting\), .* Server\(\) \(exiting\), handling\(\) \(body\), /);
      expect(active).toMatch(/^Active resources: .*TCPSocketWrap/);
      expect(took).toBeGreaterThan(950);
      expect(await readdir(temporary)).toEqual([expect.stringMatching(/^service-/)]);
    });
  }, 60_000);

  it('is ended if something else keeps it alive', async () => {
    const NODE_OPTIONS = '--import=data:text/javascript,setInterval(()=>{},1000)';
    await withAsync(service({ GRACE: '1000', NODE_OPTIONS }), async ({ temporary, until, terminate }) => {
      await until('ready on ');
      const { took, errors, ...ending } = await terminate();
      expect(ending).toEqual({ code: 143, lines: [terminated, ...unwound] });
      expect(errors).toMatch(/\nActive resources: .*Timeout/);
      expect(took).toBeGreaterThan(950);
      expect(await readdir(temporary)).toEqual([]);
    });
  }, 60_000);
});
