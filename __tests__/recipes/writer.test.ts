import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmod,
  link,
  lstat,
  mkdir,
  mkdtemp,
  open,
  readdir,
  readFile,
  realpath,
  rm,
  stat,
  symlink,
  writeFile,
  type FileHandle,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { writer } from '../../docs/recipes/writer/writer.ts';
import { withAsync } from '../../lib/index.ts';
import { chdir } from '../../lib/node/index.ts';
import { sharedBundles } from '../helpers/bundles.ts';
import { errorOf } from '../helpers/outcome.ts';

const writing = '__tests__/recipes/fixtures/writing.ts';
const bundleOf = sharedBundles(writing);

let folder: string;
let path: string;

beforeEach(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), 'withal-writer-')));
  path = join(folder, 'file');
});

afterEach(() => rm(folder, { recursive: true }));

const failure = new Error('no');

function fail(): never {
  throw failure;
}

const read = (name = 'file') => readFile(join(folder, name), 'utf8');
const write = (text: string) => withAsync(writer(path), (file) => file.writeFile(text));
const modeOf = async (name: string) => (await stat(join(folder, name))).mode & 0o777;

describe('a safe file writer', () => {
  it("makes the file after the block succeeds, and returns the block's result", async () => {
    const result = await withAsync(writer(path), async (file) => {
      await file.appendFile('one ');
      expect(await readdir(folder)).toEqual([expect.stringMatching(/^\.draft-/)]);
      await file.appendFile('two');
      return 'result';
    });
    expect([result, await read(), await readdir(folder)]).toEqual(['result', 'one two', ['file']]);
  });

  it('replaces the file, which stays the same until then, and for whoever has it open', async () => {
    await writeFile(path, 'a text that was longer');
    const before = await open(path);
    await withAsync(writer(path), async (file) => {
      await file.writeFile('new');
      expect(await read()).toBe('a text that was longer');
    });
    expect(await before.readFile('utf8')).toBe('a text that was longer');
    await before.close();
    expect([await read(), await readdir(folder)]).toEqual(['new', ['file']]);
  });

  it.each([failure, undefined, null, 0, ''])(
    'leaves the file as it was if the block throws %p, which it rethrows',
    async (thrown) => {
      await writeFile(path, 'old');
      const block = async (file: FileHandle) => {
        await file.writeFile('new');
        throw thrown;
      };
      expect(await errorOf(() => withAsync(writer(path), block))).toBe(thrown);
      expect([await read(), await readdir(folder)]).toEqual(['old', ['file']]);
    },
  );

  it('makes no file if the block throws', async () => {
    expect(await errorOf(() => withAsync(writer(path), fail))).toBe(failure);
    expect(await readdir(folder)).toEqual([]);
  });

  it.each([0o600, 0o640, 0o666, 0o444, 0o755])('keeps the mode of the file: %p', async (mode) => {
    await writeFile(path, 'old');
    await chmod(path, mode);
    await withAsync(writer(path), async (file) => {
      expect((await file.stat()).mode & 0o777).toBe(mode);
      await file.writeFile('new');
    });
    expect([await read(), await modeOf('file')]).toEqual(['new', mode]);
  });

  it('gives a new file the mode that any new file has', async () => {
    await write('new');
    await writeFile(join(folder, 'other'), '');
    expect(await modeOf('file')).toBe(await modeOf('other'));
  });

  it('follows a link, and keeps it', async () => {
    await mkdir(join(folder, 'inner'));
    await writeFile(join(folder, 'inner', 'file'), 'old');
    await symlink(join('inner', 'file'), path);
    await write('new');
    expect((await lstat(path)).isSymbolicLink()).toBe(true);
    expect([await read(join('inner', 'file')), await readdir(join(folder, 'inner'))]).toEqual(['new', ['file']]);
  });

  it('replaces a dangling link, and no other name of the file', async () => {
    await symlink('nothing', path);
    await write('old');
    expect((await lstat(path)).isSymbolicLink()).toBe(false);
    await link(path, join(folder, 'other'));
    await write('new');
    expect([await read(), await read('other')]).toEqual(['new', 'old']);
  });

  it('takes a name of maximum length', async () => {
    const name = 'n'.repeat(255);
    await withAsync(writer(join(folder, name)), (file) => file.writeFile('text'));
    expect(await read(name)).toBe('text');
  });

  it('writes where the path led on entry', async () => {
    await withAsync(chdir(folder), () =>
      withAsync(writer('file'), (file) => withAsync(chdir('/'), () => file.writeFile('text'))),
    );
    expect(await read()).toBe('text');
  });

  it('takes a stream, piece by piece', async () => {
    await withAsync(writer(path), async (file) => {
      for await (const chunk of Readable.from(['one ', 'two']) as AsyncIterable<string>) await file.appendFile(chunk);
    });
    expect(await read()).toBe('one two');
  });

  it("rejects if the file can't be flushed, and leaves it as it was", async () => {
    await writeFile(path, 'old');
    const block = (file: FileHandle) => pipeline(Readable.from(['new']), file.createWriteStream());
    expect(await errorOf(() => withAsync(writer(path), block))).toMatchObject({ code: 'EBADF' });
    expect([await read(), await readdir(folder)]).toEqual(['old', ['file']]);
  });

  it("rejects if the draft can't be renamed, and removes it", async () => {
    const error = await errorOf(() => withAsync(writer(path), () => mkdir(join(path, 'inner'), { recursive: true })));
    expect(error).toMatchObject({ syscall: 'rename' });
    expect(await readdir(folder)).toEqual(['file']);
  });

  it.each([true, false])("keeps both errors if the draft can't be removed; the block fails: %p", async (fails) => {
    const error = await errorOf(() =>
      withAsync(writer(path), async () => {
        await rm(folder, { recursive: true });
        await writeFile(folder, '');
        if (fails) fail();
      }),
    );
    const cause: unknown = fails ? failure : expect.objectContaining({ syscall: 'rename', code: 'ENOTDIR' });
    expect(error).toMatchObject({ syscall: 'lstat', code: 'ENOTDIR', cause });
  });

  it("refuses what isn't a file, and doesn't run the block", async () => {
    let isRun = false;
    const entering = (path: string) => errorOf(() => withAsync(writer(path), () => (isRun = true)));
    expect(await entering(folder)).toMatchObject({ message: `What is at ${folder} is not a file.` });
    // A pipe stands in for /dev/null and other devices, which a failing writer would replace here.
    await promisify(execFile)('mkfifo', [path]);
    expect(await entering(path)).toMatchObject({ message: `What is at ${path} is not a file.` });
    expect((await lstat(path)).isFIFO()).toBe(true);
    expect(await entering(join(folder, 'missing', 'file'))).toMatchObject({ code: 'ENOENT', syscall: 'open' });
    expect([isRun, await readdir(folder)]).toEqual([false, ['file']]);
  });

  it('lets the last of many writers win, and each writes a whole file', async () => {
    await withAsync(writer(path), async (outer) => {
      await outer.writeFile('outer');
      await withAsync(writer(path), (inner) => inner.writeFile('inner'));
      expect(await read()).toBe('inner');
      await Promise.all(Array.from({ length: 20 }, (_, index) => write(`${String(index)} `.repeat(1000))));
      const [first = ''] = (await read()).split(' ');
      expect(await read()).toBe(`${first} `.repeat(1000));
    });
    expect([await read(), await readdir(folder)]).toEqual(['outer', ['file']]);
  });

  it('never shows a reader half a file', async () => {
    const texts = ['a', 'b'].map((letter) => letter.repeat(300_000));
    await write(texts[0] as string);
    let isWriting = true;
    const writing = async () => {
      for (let count = 0; count < 10; count += 1) for (const text of texts) await write(text);
    };
    const reading = async () => {
      while (isWriting) expect(texts).toContain(await read());
    };
    await Promise.all([writing().finally(() => (isWriting = false)), reading()]);
  });

  it('leaves the file as it was if the process is killed, and leaves the draft', async () => {
    await writeFile(path, 'old');
    const child = spawn(process.execPath, [bundleOf(writing), path], { stdio: ['ignore', 'pipe', 'inherit'] });
    const ended = once(child, 'close');
    await once(child.stdout, 'data');
    child.kill('SIGKILL');
    await ended;
    expect(await read()).toBe('old');
    expect((await readdir(folder)).sort()).toEqual([expect.stringMatching(/^\.draft-/), 'file']);
  }, 60_000);
});
