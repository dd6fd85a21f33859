import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { asyncContextManager, AsyncExitStack, withAsync } from '../../../lib/index.ts';
import { readers, type Report } from './reports.ts';

jest.setTimeout(300_000);

const root = fileURLToPath(new URL('../../..', import.meta.url));

const script = async <T>(name: string): Promise<T> => (await import(join(root, 'scripts', name))) as T;

/** A folder in /tmp. */
const temporary = asyncContextManager(async function* temporary() {
  const path = await mkdtemp(join(tmpdir(), 'withal-runners-'));
  try {
    yield path;
  } finally {
    await rm(path, { recursive: true, force: true });
  }
});

/** The folder of a user who has installed the package, with the runners and the programs of this folder. */
const project = asyncContextManager(async function* project(path: string) {
  const { installPackage } = await script<{ installPackage(folder: string): void }>('pack.mjs');
  installPackage(path);
  for (const name of ['jest', '@jest', 'vitest', '@playwright'])
    await symlink(join(root, 'node_modules', name), join(path, 'node_modules', name));
  await cp(fileURLToPath(new URL('.', import.meta.url)), path, { recursive: true });
  await writeFile(join(path, 'package.json'), '{ "type": "module", "dependencies": { "withal": "*" } }');
  yield path;
});

interface Runner {
  readonly name: string;
  readonly folder: string;
  readonly program: string;
  /** With a file of the folder, and where the report goes. */
  readonly args: (file: string, report: string) => string[];
  readonly read: (text: string) => Report;
}

const node = process.execPath;
const bin = (path: string) => join(root, 'node_modules', path);

const nodeTest: Runner = {
  ...{ name: 'node:test', folder: 'node', program: node, read: readers.junit },
  args: (file, report) => ['--test', '--test-reporter=junit', `--test-reporter-destination=${report}`, file],
};

const jestRunner: Runner = {
  ...{ name: 'jest', folder: 'jest', program: node, read: readers.json },
  args: (file, report) => [
    ...['--experimental-vm-modules', bin('jest/bin/jest.js'), '--json', `--outputFile=${report}`],
    file,
  ],
};

const vitest = (name: string, program: string, folder: string, path: string): Runner => ({
  ...{ name, folder, program, read: readers.json },
  args: (file, report) => [path, 'run', '--reporter=default', '--reporter=json', `--outputFile=${report}`, file],
});

const vitest4 = vitest('Vitest 4', node, 'vitest', bin('vitest/vitest.mjs'));

const playwright: Runner = {
  ...{ name: 'Playwright', folder: 'playwright', program: node, read: readers.playwright },
  args: (file) => [bin('@playwright/test/cli.js'), 'test', file],
};

const bun = (program: string): Runner => ({
  ...{ name: 'Bun', folder: 'bun', program, read: readers.junit },
  args: (file, report) => ['test', '--reporter=junit', `--reporter-outfile=${report}`, file],
});

const deno = (program: string): Runner => ({
  ...{ name: 'Deno', folder: 'deno', program, read: readers.junit },
  args: (file, report) => ['test', '--no-check', '--no-remote', '--allow-all', `--junit-path=${report}`, file],
});

interface Result {
  readonly report: Report;
  readonly log: readonly string[];
  readonly output: string;
}

const shared = new AsyncExitStack();
let folder: string;
let programs: Partial<Record<string, string>>;
let vitest5: Runner | undefined;

beforeAll(async () => {
  const { runtimes } = await script<{ runtimes(...names: string[]): Promise<typeof programs> }>('runtimes.mjs');
  programs = await runtimes();
  folder = await shared.enterContext(project(await shared.enterContext(temporary())));
  const { 'Vitest 5': path } = await runtimes('Vitest 5');
  if (path && programs['Node 24']) vitest5 = await withVitest5(programs['Node 24'], path);
  else process.stderr.write("Not run on Vitest 5: it can't be installed here.\n");
});

/** The same tests in a folder that has another Vitest. It needs a newer Node. */
async function withVitest5(program: string, path: string): Promise<Runner> {
  await cp(join(folder, 'vitest'), join(folder, 'vitest-5'), { recursive: true });
  await mkdir(join(folder, 'vitest-5', 'node_modules'));
  await symlink(dirname(path), join(folder, 'vitest-5', 'node_modules', 'vitest'));
  return vitest('Vitest 5', program, 'vitest-5', path);
}

afterAll(() => shared.exitAsync());

/** Runs a file in the runner, in an environment that doesn't mention this one. */
async function run(runner: Runner, file: string): Promise<Result> {
  return withAsync(temporary(), async (path) => {
    const [report, log, scratch] = [join(path, 'report'), join(path, 'log'), join(path, 'tmp')];
    await mkdir(scratch);
    const env = { PATH: process.env['PATH'], HOME: path, TMPDIR: scratch, NO_COLOR: '1', LOG: log, REPORT: report };
    const output = await new Promise<string>((resolve) => {
      const options = { cwd: join(folder, runner.folder), env, timeout: 120_000 };
      execFile(runner.program, runner.args(file, report), options, (_error, stdout, stderr) =>
        resolve(stdout + stderr),
      );
    });
    if (!existsSync(report)) throw new Error(`${runner.name} has written no report:\n${output}`);
    const lines = existsSync(log) ? (await readFile(log, 'utf8')).trimEnd().split('\n') : [];
    return { report: runner.read(await readFile(report, 'utf8')), log: lines, output };
  });
}

/** The installed one, if it can be installed. */
function installed(name: 'Bun' | 'Deno'): Runner | undefined {
  const program = programs[name];
  if (program) return name === 'Bun' ? bun(program) : deno(program);
  process.stderr.write(`Not run on ${name}: it can't be installed here.\n`);
  return undefined;
}

describe('managerCases', () => {
  it.each([
    ['node:test', () => nodeTest],
    ['jest', () => jestRunner],
    ['Vitest 4', () => vitest4],
    ['Vitest 5', () => vitest5],
    ['Bun', () => installed('Bun')],
    ['Deno', () => installed('Deno')],
  ])('finds what is wrong, and accuses nothing that is right, in %s', async (name, find) => {
    const runner = find();
    if (!runner) return;
    const { report } = await run(runner, 'cases.test.mjs');
    const { 'shows what it has found': shown, ...others } = report;
    expect(shown?.failures.join()).toContain(
      'Cannot accept quiet(): a block that throws an Error must reject with that error, but it resolved: the error was swallowed.',
    );
    const failed = Object.keys(others).filter((title) => !others[title]?.isPassed);
    // Bun fails a test for an unhandled rejection, whoever listens.
    expect(failed).toEqual(name === 'Bun' ? ['finds: a rejection in the background'] : []);
    expect(Object.keys(others)).toHaveLength(61);
  });
});

const tooLate = 'Error: Cannot finish the test: its runner has already moved on. Did it take too long?';

/** What is logged for each of the tests in tests.mjs. */
const logs = {
  passes: `
    db opened
    tx of db opened
    folder opened
    cache in folder opened
    passes with tx of db and cache in folder
    tx of db succeeded
    tx of db closed
    db succeeded
    db closed`,
  fails: `
    db opened
    tx of db opened
    tx of db failed: Error: no
    tx of db closed
    db failed: Error: no
    db closed`,
  'throws undefined': `
    db opened
    db failed: undefined
    db closed`,
  'setup fails': `
    db opened
    db failed: Error: unopened does not open
    db closed`,
  'teardown fails': `
    db opened
    unclosed of db opened
    teardown fails
    unclosed of db succeeded
    unclosed of db closed
    db failed: Error: unclosed of db does not close
    db closed`,
  'both fail': `
    db opened
    unclosed of db opened
    unclosed of db failed: Error: no
    unclosed of db closed
    db failed: Error: unclosed of db does not close
    db closed`,
  'takes too long': `
    db opened
    tx of db opened
    tx of db failed: ${tooLate}
    tx of db closed
    db failed: ${tooLate}
    db closed`,
  'adds 1 and 2': `
    db opened
    db adds 3
    db succeeded
    db closed`,
  'adds 3 and 4': `
    db opened
    db adds 7
    db succeeded
    db closed`,
  'takes more': `
    db opened
    tx of db opened
    more of tx of db in folder opened
    takes more of tx of db in folder
    more of tx of db in folder succeeded
    more of tx of db in folder closed
    tx of db succeeded
    tx of db closed
    db succeeded
    db closed`,
};

const unclosed = 'Error: unclosed of db does not close';

/** What fails, and with which errors; the others pass. */
const failures: Partial<Record<string, readonly string[]>> = {
  fails: ['no'],
  'throws undefined': ['undefined'],
  'setup fails': ['unopened does not open'],
  'teardown fails': ['unclosed of db does not close'],
  'both fail': ['unclosed of db does not close'],
  'takes too long': [''],
};

function linesOf(text: string): string[] {
  return text
    .trim()
    .split('\n')
    .map((line) => line.trim());
}

describe('withFixtures', () => {
  it.each([
    ['jest', () => jestRunner, []],
    ['node:test', () => nodeTest, ['adds 1 and 2', 'adds 3 and 4']],
    ['Bun', () => installed('Bun'), []],
    ['Deno', () => installed('Deno'), ['takes too long', 'adds 1 and 2', 'adds 3 and 4']],
  ])('sets up, reports failures, and tears down, in %s', async (_name, find, missing: readonly string[]) => {
    const runner = find();
    if (!runner) return;
    const { report, log, output } = await run(runner, 'fixtures.test.mjs');
    const titles = Object.keys(logs).filter((title) => !missing.includes(title));
    for (const title of titles) {
      expect([title, report[title]?.isPassed]).toEqual([title, !failures[title]]);
      for (const words of failures[title] ?? []) expect(report[title]?.failures.join('\n')).toContain(words);
    }
    const errors = ['Error: no', 'undefined', 'Error: unopened does not open', unclosed, unclosed, tooLate];
    expect(log).toEqual([
      ...titles.flatMap((title) => linesOf(logs[title as keyof typeof logs])),
      `cache in folder failed: ${errors.slice(0, missing.includes('takes too long') ? 5 : 6).join(' and ')}`,
      'cache in folder closed',
      'folder failed: Error: cache in folder does not close',
      'folder closed',
    ]);
    // A fixture of the file that didn't close must not go unnoticed.
    expect(output + JSON.stringify(report)).toContain('cache in folder does not close');
  });

  it('detects in jest that a test passes on retry, and tells concurrent tests apart', async () => {
    const { report, log } = await run(jestRunner, 'retry.test.mjs');
    expect(Object.entries(report).map(([title, { isPassed }]) => [title, isPassed])).toEqual([
      ['passes when it is tried again', true],
      ['a', false],
      ['b', true],
    ]);
    expect([...log].sort()).toEqual(
      linesOf(`
        file closed
        file failed: Error: a failed
        file opened
        one of file closed
        one of file closed
        one of file closed
        one of file closed
        one of file closed
        one of file failed: Error: a failed
        one of file failed: Error: a failed
        one of file failed: Error: once
        one of file opened
        one of file opened
        one of file opened
        one of file opened
        one of file opened
        one of file succeeded
        one of file succeeded`),
    );
    expect(log.slice(-2)).toEqual(['file failed: Error: a failed', 'file closed']);
  });
});

describe('entered', () => {
  it('passes on how each node:test test has ended', async () => {
    const { report, log } = await run(nodeTest, 'entered.test.mjs');
    const passed = Object.entries(report).flatMap(([title, { isPassed }]) => (isPassed ? [title] : []));
    expect(passed).toEqual(['passes', 'b']);
    expect(report['teardown fails']?.failures.join()).toContain('unclosed does not close');
    expect(log).toEqual(
      linesOf(`
        db opened
        tx of db opened
        passes with tx of db
        tx of db succeeded
        tx of db closed
        db succeeded
        db closed
        db opened
        db failed: Error: no
        db closed
        db opened
        db failed: undefined
        db closed
        db opened
        db failed: Error: unopened does not open
        db closed
        db opened
        unclosed opened
        unclosed succeeded
        unclosed closed
        db failed: Error: unclosed does not close
        db closed
        db opened
        unclosed opened
        unclosed failed: Error: no
        unclosed closed
        db failed: Error: unclosed does not close
        db closed
        db opened
        db failed: Error [ERR_TEST_FAILURE]: test timed out after 50ms
        db closed
        a opened
        b opened
        a failed: Error: a failed
        a closed
        b succeeded
        b closed`),
    );
  });
});

/** The failed tests, each with the first lines of its errors. */
function failedIn(report: Report): string[][] {
  return Object.entries(report).flatMap(([title, { isPassed, failures }]) =>
    isPassed ? [] : [[title, ...failures.map((failure) => String(failure.split('\n')[0]))]],
  );
}

describe('fixture and shared', () => {
  it.each([
    ['Vitest 4', () => vitest4, 'Error'],
    ['Vitest 5', () => vitest5, 'TestTimeoutError'],
  ])('set up, report failures, and tear down, in %s', async (_name, find, timeoutError) => {
    const runner = find();
    if (!runner) return;
    const { report, log, output } = await run(runner, 'fixtures.test.mjs');
    const failed = failedIn(report);
    expect(failed).toEqual([
      ['fails', 'Error: no'],
      ['throws undefined', 'undefined'],
      ['fails softly', "AssertionError: expected 'db' to be 'no' // Object.is equality"],
      ['setup fails', 'Error: unopened does not open'],
      ['teardown fails', 'Error: another of unclosed of db does not close', unclosed],
      ['both fail', 'Error: no', unclosed],
      ['takes too long', expect.any(String)],
      ['passes when it is tried again', 'Error: once', unclosed, unclosed],
      ['is extended with a name', expect.stringContaining('it was passed to extend() with a name')],
      ['enters and fails', 'Error: no', 'Error: one does not close', 'Error: no', 'Error: one does not close'],
      ['a', 'Error: a failed'],
    ]);
    const isLast = log.findIndex((line) => line.startsWith('jammed failed: '));
    expect(log.slice(0, isLast)).toEqual(
      linesOf(`
        folder opened
        uses folder
        cache opened
        uses cache
        stuck opened
        jammed opened
        uses stuck and jammed
        db opened
        tx of db opened
        passes with tx of db
        tx of db succeeded
        tx of db closed
        db succeeded
        db closed
        db opened
        tx of db opened
        tx of db failed: Error: no
        tx of db closed
        db failed: Error: no
        db closed
        db opened
        db failed: Error: undefined
        db closed
        db opened
        db failed: AssertionError: expected 'db' to be 'no' // Object.is equality
        db closed
        db opened
        db failed: Error: unopened does not open
        db closed
        db opened
        unclosed of db opened
        another of unclosed of db opened
        teardown fails
        another of unclosed of db succeeded
        another of unclosed of db closed
        unclosed of db failed: Error: another of unclosed of db does not close
        unclosed of db closed
        db failed: Error: another of unclosed of db does not close
        db closed
        db opened
        unclosed of db opened
        unclosed of db failed: Error: no
        unclosed of db closed
        db failed: Error: no
        db closed
        db opened
        tx of db opened
        tx of db failed: ${timeoutError}: Test timed out in 50ms.
        tx of db closed
        db failed: ${timeoutError}: Test timed out in 50ms.
        db closed
        db opened
        unclosed of db opened
        unclosed of db failed: Error: once
        unclosed of db closed
        db failed: Error: once
        db closed
        db opened
        unclosed of db opened
        unclosed of db succeeded
        unclosed of db closed
        db failed: Error: unclosed of db does not close
        db closed
        one opened
        two of one opened
        enters two of one
        two of one succeeded
        two of one closed
        one succeeded
        one closed
        one opened
        one failed: Error: no
        one closed
        one opened
        one failed: Error: no
        one closed
        db opened
        db opened
        tx of db opened
        tx of db opened
        tx of db failed: Error: a failed
        tx of db closed
        db failed: Error: a failed
        db closed
        tx of db succeeded
        tx of db closed
        db succeeded
        db closed`),
    );
    const lines = log.slice(isLast);
    expect(lines.filter((line) => line.endsWith(' closed'))).toEqual(
      linesOf(`
        jammed closed
        stuck closed
        folder closed
        cache closed`),
    );
    for (const line of lines.filter((line) => line.includes(' failed: ')))
      expect(line).toContain('failed: Error: no and Error: undefined and AssertionError');
    for (const name of ['jammed', 'stuck']) expect(output).toContain(`${name} does not close`);
  });

  it('set up, report failures, and tear down, in Playwright', async () => {
    const { report, log } = await run(playwright, 'fixtures.spec.mjs');
    const failed = failedIn(report);
    expect(failed).toEqual([
      ['fails with what the worker shares', 'Error: no', 'Error: stuck does not close'],
      ['throws undefined', 'undefined'],
      ['setup fails', 'Error: unopened does not open'],
      ['teardown fails', 'Error: another of unclosed of db does not close', unclosed],
      ['both fail', 'Error: no', unclosed],
      ['takes too long', expect.stringContaining('Test timeout of 150ms exceeded.')],
    ]);
    expect(log).toEqual(
      linesOf(`
        db opened
        tx of db opened
        passes with tx of db
        tx of db succeeded
        tx of db closed
        db succeeded
        db closed
        db opened
        tx of db opened
        cache opened
        stuck opened
        uses cache and stuck
        tx of db failed: Error: no
        tx of db closed
        db failed: Error: no
        db closed
        stuck failed: Error: no
        stuck closed
        cache failed: Error: no
        cache closed
        db opened
        db failed: Error: undefined
        db closed
        db opened
        db failed: Error: unopened does not open
        db closed
        db opened
        unclosed of db opened
        another of unclosed of db opened
        teardown fails
        another of unclosed of db succeeded
        another of unclosed of db closed
        unclosed of db failed: Error: another of unclosed of db does not close
        unclosed of db closed
        db failed: Error: another of unclosed of db does not close
        db closed
        db opened
        unclosed of db opened
        unclosed of db failed: Error: no
        unclosed of db closed
        db failed: Error: no
        db closed
        db opened
        tx of db opened
        tx of db failed: Error: Test timeout of 150ms exceeded.
        tx of db closed
        db failed: Error: Test timeout of 150ms exceeded.
        db closed
        db opened
        db failed: Error: once
        db closed
        db opened
        db succeeded
        db closed`),
    );
  });
});
