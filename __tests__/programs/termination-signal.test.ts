import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import { asyncContextManager, closing, enter, withAsync } from '../../lib/index.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const program = '__tests__/programs/fixtures/shutdown.mjs';

interface Running {
  readonly child: ChildProcess;
  /** What the program has written so far, without its process ID. */
  log(): Promise<string[]>;
  /** Waits for a line. */
  until(line: string): Promise<void>;
  /** Waits until the program has ended, which a wrapper doesn't always do. */
  ended(): Promise<void>;
}

/** A command that runs the program, and is killed if it doesn't end by itself. */
const running = asyncContextManager(async function* running(command: string, args: string[]) {
  const folder = await mkdtemp(join(tmpdir(), 'withal-shutdown-'));
  yield* enter(closing(folder, () => rm(folder, { recursive: true })));
  const LOG = join(folder, 'log');
  const PATH = [join(root, 'node_modules', '.bin'), process.env['PATH']].join(delimiter);
  const child = spawn(command, args, { cwd: root, env: { ...process.env, LOG, PATH } });
  const closed = once(child, 'close');
  yield* enter(
    closing(child, () => {
      child.kill('SIGKILL');
      return closed;
    }),
  );
  const lines = async () => (existsSync(LOG) ? (await readFile(LOG, 'utf8')).trim().split('\n') : []);
  const made: Running = {
    child,
    log: async () => (await lines()).slice(1),
    async until(line) {
      while (!(await lines()).includes(line)) await sleep(20);
    },
    async ended() {
      const [pid] = await lines();
      while (isAlive(Number(pid))) await sleep(20);
    },
  };
  yield made;
});

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

describe('a program that gets a signal, and has a grace period', () => {
  /** Ends it with SIGTERM. */
  const terminate = (special: string, grace: number) =>
    withAsync(running(process.execPath, [program, special, String(grace)]), async ({ child, log, until }) => {
      const errors = text(child.stderr as NodeJS.ReadableStream);
      const exited = once(child, 'exit');
      await until('ready');
      const begin = performance.now();
      child.kill('SIGTERM');
      const [code, signal] = (await exited) as [number | null, NodeJS.Signals | null];
      return { code, signal, log: await log(), errors: await errors, took: performance.now() - begin };
    });

  const stillRuns =
    /^Cannot end: the process must be done within 700 ms of SIGTERM, but it still runs\. .*\nActive resources: .*Timeout.*\nNo observer sees .*\n$/;

  it('ends by itself', async () => {
    const { took, ...ending } = await terminate('clean', 60_000);
    expect(ending).toEqual({
      code: 143,
      signal: null,
      log: ['ready', 'tearing down', 'torn down', 'over'],
      errors: '',
    });
    expect(took).toBeLessThan(30_000);
  }, 60_000);

  it('is ended if its teardown is stuck', async () => {
    const { took, ...ending } = await terminate('stuck', 700);
    expect(ending).toEqual({
      code: 143,
      signal: null,
      log: ['ready', 'tearing down'],
      errors: expect.stringMatching(stillRuns),
    });
    expect(took).toBeGreaterThan(650);
  }, 60_000);

  it('is ended if something keeps it alive', async () => {
    const { took, ...ending } = await terminate('left', 700);
    expect(ending).toEqual({
      code: 143,
      signal: null,
      log: ['ready', 'tearing down', 'torn down', 'over'],
      errors: expect.stringMatching(stillRuns),
    });
    expect(took).toBeGreaterThan(650);
  }, 60_000);

  it('says so if its teardown waits for nothing', async () => {
    const { took, ...ending } = await terminate('starved', 60_000);
    expect(ending).toEqual({
      code: 143,
      signal: null,
      log: ['ready', 'tearing down'],
      errors:
        'Cannot finish: the block of terminationSignal() must end after SIGTERM, but nothing can end it anymore. Look for a promise that never settles.\nNo observer sees the open blocks. Start with node --import withal/observe/register to list them here.\n',
    });
    expect(took).toBeLessThan(30_000);
  }, 60_000);
});

describe('a program that gets a signal twice', () => {
  it('treats what comes while its teardown blocks as a repeat', async () => {
    await withAsync(running(process.execPath, [program, 'blocking']), async ({ child, log, until }) => {
      const exited = once(child, 'exit');
      await until('ready');
      child.kill('SIGINT');
      await until('tearing down');
      child.kill('SIGINT');
      expect(await exited).toEqual([130, null]);
      expect(await log()).toEqual(['ready', 'tearing down', 'torn down', 'over']);
    });
  }, 60_000);
});

describe('terminationSignal() in a worker thread', () => {
  it('warns once, and runs the block', async () => {
    const { stdout, stderr, status } = spawnSync(process.execPath, ['__tests__/programs/fixtures/worker.mjs'], {
      cwd: root,
      encoding: 'utf8',
    });
    expect([status, stdout]).toEqual([0, 'false\nfalse\n']);
    expect(stderr.split('WithalWarning: Cannot listen for signals: ')).toHaveLength(2);
  }, 60_000);
});

/** The one of util-linux runs a command in a terminal of its own. */
const hasTerminal = String(spawnSync('script', ['--version']).stdout).includes('util-linux');

(hasTerminal ? describe : describe.skip)('Ctrl-C in a terminal', () => {
  const ctrlC = '\x03';

  /** A shell that waits for Enter when the command is done; otherwise the terminal would hang up. */
  const inTerminal = (command: string) => running('script', ['-qec', `trap : INT; ${command}; read line`, '/dev/null']);

  const wrappers: [string, (command: string) => string][] = [
    ['nothing', (command) => command],
    ['cross-env', (command) => `cross-env A=1 ${command}`],
    ['dotenv-cli', (command) => `dotenv -v A=1 -- ${command}`],
    ['concurrently', (command) => `concurrently '${command}'`],
    ['concurrently --kill-others', (command) => `concurrently --kill-others '${command}' 'sleep 60'`],
    ['nodemon', (command) => `nodemon --quiet --exec '${command}'`],
    ['nodemon and cross-env', (command) => `nodemon --quiet --exec 'cross-env A=1 ${command}'`],
  ];

  it.each(wrappers)(
    'unwinds a program under %s',
    async (_name, wrap) => {
      await withAsync(inTerminal(wrap(`node ${program} slow`)), async ({ child, log, until, ended }) => {
        await until('ready');
        child.stdin?.write(ctrlC);
        await ended();
        expect(await log()).toEqual(['ready', 'tearing down', 'torn down', 'over']);
      });
    },
    60_000,
  );

  it.each(wrappers)(
    'kills a program that is stuck under %s, on the second signal',
    async (_name, wrap) => {
      await withAsync(inTerminal(wrap(`node ${program} stuck`)), async ({ child, log, until, ended }) => {
        await until('ready');
        child.stdin?.write(ctrlC);
        await until('tearing down');
        await sleep(1_000);
        child.stdin?.write(ctrlC);
        await ended();
        expect(await log()).toEqual(['ready', 'tearing down']);
      });
    },
    60_000,
  );
});
