import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { describe, expect, it, jest } from '@jest/globals';
import { child, ExitError } from '../../docs/recipes/worker/child.ts';
import { worker } from '../../docs/recipes/worker/worker.ts';
import { all, timeout, withAsync } from '../../lib/index.ts';

jest.setTimeout(60_000);

const failure = new Error('no');

function fail(): never {
  throw failure;
}

const anything = [failure, undefined];

/** Reads the outcome of a block that should throw. */
async function thrownBy(block: Promise<unknown>): Promise<unknown> {
  return block.then(
    () => 'nothing was thrown',
    (error: unknown) => error,
  );
}

describe('a thread', () => {
  const answering = new URL('../../docs/recipes/worker/answering.mjs', import.meta.url).href;

  /** Runs this code. */
  const running = (code: string, workerData?: unknown) =>
    worker<unknown, unknown>(new URL(`data:text/javascript,${encodeURIComponent(code)}`), { workerData });

  /** Answers with this function. */
  const thread = (answer: string, workerData?: unknown) =>
    running(
      `import { answering } from '${answering}';
      import { workerData } from 'node:worker_threads';
      import { setTimeout as sleep } from 'node:timers/promises';
      answering(${answer});`,
      workerData,
    );

  /** A number that the thread can change. */
  const shared = () => new Int32Array(new SharedArrayBuffer(4));

  /** Counts forever. */
  const endless = '() => { for (;;) Atomics.add(workerData, 0, 1); }';

  /** Waits until the thread has begun to count. */
  async function untilCounting(counter: Int32Array): Promise<void> {
    while (Atomics.load(counter, 0) === 0) await new Promise(setImmediate);
  }

  /** Whether the counting has stopped. */
  async function isStill(counter: Int32Array): Promise<boolean> {
    const before = Atomics.load(counter, 0);
    await new Promise((resolve) => setTimeout(resolve, 20));
    return Atomics.load(counter, 0) === before;
  }

  it('answers questions, each its own', async () => {
    const answers = withAsync(thread('async (pause) => { await sleep(pause); return pause; }'), (ask) =>
      Promise.all([30, 20, 10].map((pause) => ask(pause))),
    );
    expect(await answers).toEqual([30, 20, 10]);
  });

  it('runs alongside others of the same manager', async () => {
    const manager = thread('(number) => number + 1');
    const pair = all([manager, manager], { concurrent: true });
    expect(await withAsync(pair, async ([one, other]) => [await one(1), await other(2)])).toEqual([2, 3]);
  });

  it('rejects a question with what it threw, and answers the next', async () => {
    const answer = '(name) => { if (name === "bad") throw new RangeError("a bad name"); return name; }';
    await withAsync(thread(answer), async (ask) => {
      expect(await thrownBy(ask('bad'))).toMatchObject({ name: 'RangeError', message: 'a bad name' });
      expect(await ask('good')).toBe('good');
    });
  });

  it("rejects a question with what it threw, even if that isn't an error", async () => {
    await withAsync(thread('(thrown) => { throw thrown; }'), async (ask) => {
      for (const thrown of [undefined, null, 0, '']) expect(await thrownBy(ask(thrown))).toBe(thrown);
    });
  });

  it("rejects a question that can't be sent, and an answer that can't", async () => {
    await withAsync(thread('(name) => name === "function" ? () => {} : name'), async (ask) => {
      expect(await thrownBy(ask(() => {}))).toMatchObject({ name: 'DataCloneError' });
      expect(await thrownBy(ask('function'))).toMatchObject({ message: expect.stringContaining('cloned') });
      expect(await ask('good')).toBe('good');
    });
  });

  it('finishes what it is doing when the block ends', async () => {
    const finished = shared();
    const answer = 'async () => { await sleep(50); Atomics.store(workerData, 0, 1); }';
    // eslint-disable-next-line withal/settle-in-body -- this is what is tested
    await withAsync(thread(answer, finished), (ask) => void ask('and nobody waits').catch(() => {}));
    expect(Atomics.load(finished, 0)).toBe(1);
  });

  it.each(anything)('is terminated, whatever it is doing, if the block throws %p', async (thrown) => {
    const counter = shared();
    const block = withAsync(thread(endless, counter), async (ask) => {
      // eslint-disable-next-line withal/settle-in-body -- it never answers
      ask('without end').catch(() => {});
      await untilCounting(counter);
      throw thrown;
    });
    expect(await thrownBy(block)).toBe(thrown);
    expect(await isStill(counter)).toBe(true);
  });

  it("isn't waited for if a question's signal aborts", async () => {
    const counter = shared();
    const controller = new AbortController();
    const block = withAsync(thread(endless, counter), async (ask) => {
      const asked = ask('without end', controller.signal);
      await untilCounting(counter);
      controller.abort(failure);
      await asked;
    });
    expect(await thrownBy(block)).toBe(failure);
    expect(await isStill(counter)).toBe(true);
  });

  it("isn't asked if the signal has aborted", async () => {
    const counter = shared();
    await withAsync(thread('() => Atomics.add(workerData, 0, 1)', counter), async (ask) => {
      expect(await thrownBy(ask('early', AbortSignal.abort(failure)))).toBe(failure);
    });
    expect(Atomics.load(counter, 0)).toBe(0);
  });

  it('can be limited in time', async () => {
    const block = withAsync(timeout(50), (signal) => withAsync(thread(endless, shared()), (ask) => ask('', signal)));
    expect(await thrownBy(block)).toMatchObject({ name: 'TimeoutError' });
  });

  it.each([
    ['its code is wrong', 'nonsense(', 'Unexpected'],
    ['it throws', 'throw new Error("at the start")', 'at the start'],
    ['it ends', '', 'The thread ended with exit code 0.'],
    ['it exits', 'process.exit(3)', 'The thread ended with exit code 3.'],
  ])("rejects if %s before it is ready, and doesn't run the block", async (_what, code, message) => {
    const blocks: string[] = [];
    expect(await thrownBy(withAsync(running(code), () => blocks.push('run')))).toMatchObject({
      message: expect.stringContaining(message),
    });
    expect(blocks).toEqual([]);
  });

  it("rejects if the file doesn't exist", async () => {
    const missing = worker(new URL('no-such-file.mjs', import.meta.url));
    expect(await thrownBy(withAsync(missing, () => {}))).toMatchObject({
      message: expect.stringContaining('Cannot find module'),
    });
  });

  const crashing = '() => { setImmediate(() => { throw new Error("a crash"); }); return sleep(60_000); }';

  it('rejects all questions if it crashes, and the block at its end', async () => {
    const errors: unknown[] = [];
    const block = withAsync(thread(crashing), async (ask) => {
      errors.push(...(await Promise.all([thrownBy(ask(1)), thrownBy(ask(2))])), await thrownBy(ask(3)));
    });
    const error = await thrownBy(block);
    expect(error).toMatchObject({ message: 'a crash' });
    expect(errors).toEqual([error, error, error]);
  });

  it("keeps the block's error unchanged if it has crashed", async () => {
    const block = withAsync(thread(crashing), async (ask) => {
      await thrownBy(ask('to crash'));
      fail();
    });
    expect(await thrownBy(block)).toBe(failure);
  });

  it('rejects if it exits with a code', async () => {
    const block = withAsync(thread('() => process.exit(3)'), async (ask) => void (await thrownBy(ask('to exit'))));
    expect(await thrownBy(block)).toMatchObject({ message: 'The thread ended with exit code 3.' });
  });

  it('keeps no port of a finished question', async () => {
    const ports = () => process.getActiveResourcesInfo().filter((name) => name === 'MessagePort').length;
    await withAsync(thread('(name) => name === "endless" ? sleep(60_000) : name'), async (ask) => {
      const before = ports();
      const controller = new AbortController();
      const asked = [ask('one'), ask('other'), ask('endless', controller.signal).catch(() => 'given up')];
      controller.abort();
      expect(await Promise.all(asked)).toEqual(['one', 'other', 'given up']);
      while (ports() > before) await new Promise(setImmediate);
      throw failure;
    }).catch((error: unknown) => expect(error).toBe(failure));
  });

  it('rejects questions after the block', async () => {
    const ask = await withAsync(thread('() => "answer"'), async (ask) => ask);
    expect(await thrownBy(ask('late'))).toMatchObject({ message: 'The thread ended with exit code 0.' });
  });
});

describe('a child process', () => {
  const node = (code: string) => child(process.execPath, ['-e', code]);

  /** Repeats what it reads. */
  const echo = node('process.stdin.pipe(process.stdout)');

  /** Says so when it has started; neither the end of its input nor a polite signal ends it. */
  const stubborn = node(
    `process.on('SIGTERM', () => {}); setTimeout(() => {}, 60_000); process.stdout.write('started\\n')`,
  );

  function isRunning(pid: number | undefined): boolean {
    try {
      return process.kill(Number(pid), 0);
    } catch {
      return false;
    }
  }

  it('runs during the block, and has ended after it', async () => {
    const pid = await withAsync(echo, async ({ pid, stdin, stdout }) => {
      stdin.write('tea\n');
      for await (const line of createInterface(stdout)) {
        expect([line, isRunning(pid)]).toEqual(['tea', true]);
        break;
      }
      return pid;
    });
    expect(isRunning(pid)).toBe(false);
  });

  it('passes all of its output to a block that ends its input', async () => {
    const output = withAsync(echo, async ({ stdin, stdout }) => {
      stdin.end('tea, milk');
      return text(stdout);
    });
    expect(await output).toBe('tea, milk');
  });

  it("needn't be read", async () => {
    const talking = node('process.stdout.write("x".repeat(1_000_000), () => process.exit(0))');
    expect(await withAsync(talking, () => 'done')).toBe('done');
  });

  it("rejects if it can't be started, and doesn't run the block", async () => {
    const blocks: string[] = [];
    const block = withAsync(child('no-such-program'), () => blocks.push('run'));
    expect(await thrownBy(block)).toMatchObject({ code: 'ENOENT' });
    expect(blocks).toEqual([]);
  });

  it('rejects if it fails when its input ends', async () => {
    const error = await thrownBy(withAsync(node('process.stdin.resume().on("end", () => process.exit(3))'), () => {}));
    expect(error).toBeInstanceOf(ExitError);
    expect(error).toMatchObject({
      message: `${process.execPath} ended with exit code 3.`,
      code: 3,
      signal: null,
    });
  });

  it('rejects if it fails during the block, which can still write to it', async () => {
    const block = withAsync(node('process.exit(3)'), async (child) => {
      await once(child, 'exit');
      child.stdin.write('to nobody');
      await new Promise(setImmediate);
    });
    expect(await thrownBy(block)).toMatchObject({ name: 'ExitError', code: 3 });
  });

  it('can be written to after it stops reading', async () => {
    const deaf = node('fs.closeSync(0); console.log("deaf"); setTimeout(() => process.exit(3), 100)');
    const block = withAsync(deaf, async ({ stdin, stdout }) => {
      await once(stdout, 'data');
      stdin.write('to nobody');
      await new Promise((resolve) => stdin.once('close', resolve));
    });
    expect(await thrownBy(block)).toMatchObject({ name: 'ExitError', code: 3 });
  });

  it('rejects if a signal ends it during the block', async () => {
    const block = withAsync(stubborn, async (child) => {
      child.kill('SIGKILL');
      await once(child, 'exit');
    });
    expect(await thrownBy(block)).toMatchObject({
      message: `${process.execPath} was ended by SIGKILL.`,
      code: null,
      signal: 'SIGKILL',
    });
  });

  it('is ended by a given signal', async () => {
    const controller = new AbortController();
    const sleeping = child(process.execPath, ['-e', 'setTimeout(() => {}, 60_000)'], { signal: controller.signal });
    const block = withAsync(sleeping, () => controller.abort());
    expect(await thrownBy(block)).toMatchObject({ name: 'ExitError', signal: 'SIGTERM' });
  });

  it.each(anything)('is killed if the block throws %p', async (thrown) => {
    let pid: number | undefined;
    const block = withAsync(stubborn, async (child) => {
      await once(child.stdout, 'data');
      pid = child.pid;
      throw thrown;
    });
    expect(await thrownBy(block)).toBe(thrown);
    expect(isRunning(pid)).toBe(false);
  });

  it.each(anything)('reports its earlier failure if the block throws %p, which is kept', async (thrown) => {
    const block = withAsync(node('process.exit(3)'), async (child) => {
      await once(child, 'exit');
      throw thrown;
    });
    const error = await thrownBy(block);
    expect(error).toMatchObject({ name: 'ExitError', code: 3 });
    expect((error as Error).cause).toBe(thrown);
  });

  it("keeps the block's error unchanged if it had succeeded before", async () => {
    const block = withAsync(node(''), async (child) => {
      await once(child, 'exit');
      fail();
    });
    expect(await thrownBy(block)).toBe(failure);
  });

  it("isn't waited for longer because its own child has its output open", async () => {
    const parent = node(
      `const { spawn } = require('node:child_process');
      const options = { stdio: ['ignore', 'inherit', 'ignore'], detached: true };
      console.log(spawn(process.execPath, ['-e', 'setTimeout(() => {}, 60_000)'], options).pid);`,
    );
    let grandchild: number | undefined;
    const block = withAsync(parent, async ({ stdout }) => {
      grandchild = Number(String((await once(stdout, 'data')) as [Buffer]));
      fail();
    });
    expect(await thrownBy(block)).toBe(failure);
    expect(process.kill(Number(grandchild))).toBe(true);
  });
});
