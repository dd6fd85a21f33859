import { lstatSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, unlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { hasCode, ifExists, readSettings, sweep } from '../../docs/recipes/suppress/suppress.ts';
import { enter, scopeAsync, suppress, withAsync, withSync } from '../../lib/index.ts';
import { errorOf } from '../helpers/outcome.ts';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'withal-suppress-'));
});

afterEach(() => rm(folder, { recursive: true }));

const at = (name: string) => join(folder, name);

function write(name: string, text = ''): Promise<void> {
  return writeFile(at(name), text);
}

describe('hasCode', () => {
  it.each([
    [{ code: 'ENOENT' }, true],
    [Object.assign(new Error('gone'), { code: 'ENOTDIR' }), true],
    [{ code: 'EACCES' }, false],
    [new Error('ENOENT'), false],
    [new Error('outer', { cause: { code: 'ENOENT' } }), false],
    ['ENOENT', false],
    [null, false],
    [undefined, false],
  ])('tells whether %p has one of the codes: %p', (error, answer) => {
    expect(hasCode('ENOENT', 'ENOTDIR')(error)).toBe(answer);
  });

  it("tells the code of a process that doesn't exist", () => {
    const isRunning = () => withSync(suppress(hasCode('ESRCH')), () => process.kill(2 ** 30, 0)) ?? false;
    expect(isRunning()).toBe(false);
  });
});

describe('ifExists', () => {
  it("returns the block's result if the file exists", async () => {
    await write('file', 'text');
    expect(await withAsync(ifExists, () => readFile(at('file'), 'utf8'))).toBe('text');
    expect(await withAsync(ifExists, () => unlink(at('file')))).toBeUndefined();
    expect(await readdir(folder)).toEqual([]);
  });

  it("returns undefined if the file doesn't exist, also for a dangling link, and in a sync block", async () => {
    await symlink(at('nothing'), at('link'));
    expect(await withAsync(ifExists, () => readFile(at('missing'), 'utf8'))).toBeUndefined();
    expect(await withAsync(ifExists, () => readFile(at('link'), 'utf8'))).toBeUndefined();
    expect(await withAsync(ifExists, () => unlink(at('missing')))).toBeUndefined();
    expect(withSync(ifExists, () => lstatSync(at('missing')))).toBeUndefined();
  });

  it('rethrows every other system error', async () => {
    await write('file');
    const read = (path: string) => errorOf(() => withAsync(ifExists, () => readFile(path)));
    expect(await read(folder)).toMatchObject({ code: 'EISDIR' });
    expect(await read(join(at('file'), 'within'))).toMatchObject({ code: 'ENOTDIR' });
  });

  it.each([new TypeError('a mistake'), undefined, null, 0, '', 'ENOENT'])('rethrows %p as it is', async (thrown) => {
    const error = await errorOf(() =>
      withAsync(ifExists, () => {
        throw thrown;
      }),
    );
    expect(error).toBe(thrown);
  });

  it('takes matches out of an AggregateError, and leaves the rest', async () => {
    await write('file', 'text');
    const readAny = (...paths: string[]) =>
      withAsync(ifExists, () => Promise.any(paths.map((path) => readFile(path, 'utf8'))));
    expect(await readAny(at('missing'), at('file'))).toBe('text');
    expect(await readAny(at('missing'), at('missing too'))).toBeUndefined();
    const error = await errorOf(() => readAny(at('missing'), folder));
    expect(error).toMatchObject({ name: 'AggregateError', errors: [{ code: 'EISDIR' }] });
  });

  it('ends the scope that enters it', async () => {
    const log: string[] = [];
    const result = await scopeAsync(async function* () {
      yield* enter(ifExists);
      log.push('before');
      await unlink(at('missing'));
      log.push('after');
      return 'result';
    });
    expect([result, log]).toEqual([undefined, ['before']]);
  });
});

describe('readSettings', () => {
  const defaults = { host: 'localhost', port: 8080 };

  it("returns the file's settings, and defaults for the others", async () => {
    await write('settings', '{ "port": 80 }');
    expect(await readSettings(at('settings'))).toEqual({ ...defaults, port: 80 });
  });

  it('returns the defaults if there is no file', async () => {
    expect(await readSettings(at('settings'))).toEqual(defaults);
  });

  it.each(['', '{ "port": 80'])('rejects a file with the content %p', async (text) => {
    await write('settings', text);
    expect(await errorOf(() => readSettings(at('settings')))).toMatchObject({ name: 'SyntaxError' });
  });

  it("rejects what can't be read", async () => {
    expect(await errorOf(() => readSettings(folder))).toMatchObject({ code: 'EISDIR' });
  });
});

describe('sweep', () => {
  const [longAgo, since, later] = [new Date('2001-01-01'), new Date('2002-02-02'), new Date('2003-03-03')];

  async function draft(name: string, date: Date): Promise<void> {
    await write(name);
    await utimes(at(name), date, date);
  }

  it('removes the old files, and leaves the others', async () => {
    await Promise.all([draft('a', longAgo), draft('b', later), draft('c', longAgo), symlink(at('nothing'), at('d'))]);
    await sweep(folder, since);
    expect((await readdir(folder)).sort()).toEqual(['b', 'd']);
  });

  it('does nothing if there is no folder', async () => {
    await expect(sweep(at('missing'), since)).resolves.toBeUndefined();
  });

  it('can run many times at once', async () => {
    const names = Array.from({ length: 50 }, (_, index) => String(index));
    await Promise.all(names.map((name) => draft(name, longAgo)));
    await Promise.all([sweep(folder, since), sweep(folder, since), sweep(folder, since)]);
    expect(await readdir(folder)).toEqual([]);
  });

  it("rejects if something old isn't a file", async () => {
    await mkdir(at('folder'));
    await utimes(at('folder'), longAgo, longAgo);
    expect(await errorOf(() => sweep(folder, since))).toMatchObject({ syscall: 'unlink' });
  });
});
