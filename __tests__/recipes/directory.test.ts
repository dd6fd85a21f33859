import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, realpath, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { directory } from '../../docs/recipes/directory/directory.ts';
import { AsyncExitStack, enter, scopeAsync, withAsync } from '../../lib/index.ts';
import { chdir } from '../../lib/node/index.ts';
import { sharedBundles } from '../helpers/bundles.ts';
import { errorOf } from '../helpers/outcome.ts';

const program = 'docs/recipes/directory/main.ts';
const bundleOf = sharedBundles(program);

/** A directory of the test's own, for the directories that it makes. */
let folder: string;
let prefix: string;

beforeEach(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), 'withal-directory-')));
  prefix = join(folder, 'directory-');
});

afterEach(() => rm(folder, { recursive: true }));

const failure = new Error('no');

function fail(): never {
  throw failure;
}

/** Makes the removal fail, because the directory's path then leads through a file. */
async function replaceFolder(): Promise<void> {
  await rm(folder, { recursive: true });
  await writeFile(folder, '');
}

describe('a temporary directory', () => {
  it('exists in the block, is empty, and is removed with everything in it', async () => {
    const path = await withAsync(directory(), async (path) => {
      expect(dirname(path)).toBe(await realpath(tmpdir()));
      expect(basename(path)).toMatch(/^directory-/);
      expect(await readdir(path)).toEqual([]);
      await mkdir(join(path, 'inner', 'inner'), { recursive: true });
      await writeFile(join(path, 'inner', 'inner', 'file'), 'text', { mode: 0o400 });
      return path;
    });
    expect(existsSync(path)).toBe(false);
  });

  it('is removed with the links in it, but not with their targets', async () => {
    const file = join(folder, 'file');
    await writeFile(file, 'text');
    await withAsync(directory({ prefix }), async (path) => {
      await symlink(file, join(path, 'to a file'));
      await symlink(folder, join(path, 'to a directory'));
    });
    expect(await readdir(folder)).toEqual(['file']);
  });

  it.each([failure, undefined, null, 0, ''])('is removed if the block throws %p, which it rethrows', async (thrown) => {
    const error = await errorOf(() =>
      withAsync(directory({ prefix }), async (path) => {
        await writeFile(join(path, 'file'), '');
        throw thrown;
      }),
    );
    expect(error).toBe(thrown);
    expect(await readdir(folder)).toEqual([]);
  });

  it.each([failure, undefined])('is kept if the block throws %p, if asked, and reports its path', async (thrown) => {
    const kept: string[] = [];
    const onFailure = (path: string) => kept.push(path);
    const error = await errorOf(() =>
      withAsync(directory({ prefix, onFailure }), async (path) => {
        await writeFile(join(path, 'log'), '');
        throw thrown;
      }),
    );
    expect(error).toBe(thrown);
    expect((await readdir(folder)).map((name) => join(folder, name))).toEqual(kept);
    expect(await readdir(String(kept[0]))).toEqual(['log']);
  });

  it('is removed if the block returns, whatever is asked for a failure', async () => {
    const told: string[] = [];
    await withAsync(directory({ prefix, onFailure: (path) => told.push(path) }), () => {});
    expect([told, await readdir(folder)]).toEqual([[], []]);
  });

  it('is kept by a stack that is disposed of, and removed by one that is complete', async () => {
    const kept: string[] = [];
    const manager = directory({ prefix, onFailure: (path) => kept.push(path) });
    const block = async (isComplete: boolean) => {
      await using stack = new AsyncExitStack();
      const path = await stack.enterContext(manager);
      if (isComplete) stack.complete();
      return path;
    };
    expect(existsSync(await block(true))).toBe(false);
    expect(kept).toEqual([await block(false)]);
  });

  it("rejects if it can't be made, and doesn't run the block", async () => {
    let isRun = false;
    const nowhere = directory({ prefix: join(folder, 'missing', 'directory-') });
    expect(await errorOf(() => withAsync(nowhere, () => (isRun = true)))).toMatchObject({ code: 'ENOENT' });
    expect(isRun).toBe(false);
  });

  it("rejects if it can't be removed", async () => {
    expect(await errorOf(() => withAsync(directory({ prefix }), replaceFolder))).toMatchObject({ code: 'ENOTDIR' });
  });

  it("keeps the block's error if it can't be removed", async () => {
    const error = await errorOf(() => withAsync(directory({ prefix }), () => replaceFolder().then(fail)));
    expect(error).toMatchObject({ code: 'ENOTDIR', cause: failure });
  });

  it("keeps the block's error if the callback that decides throws", async () => {
    const refusal = new Error('no room');
    const onFailure = () => Promise.reject(refusal);
    expect(await errorOf(() => withAsync(directory({ prefix, onFailure }), fail))).toBe(refusal);
    expect(refusal.cause).toBe(failure);
  });

  it('can be moved by the block', async () => {
    const place = join(folder, 'published');
    await withAsync(directory({ prefix }), async (path) => {
      await writeFile(join(path, 'file'), '');
      await rename(path, place);
    });
    expect(await readdir(place)).toEqual(['file']);
  });

  it('is a different one each time, concurrently too', async () => {
    const manager = directory({ prefix });
    const paths = await withAsync(manager, (one) =>
      withAsync(manager, async (other) => {
        expect(await readdir(folder)).toHaveLength(2);
        return [one, other];
      }),
    );
    expect(new Set(paths).size).toBe(2);
    expect(await readdir(folder)).toEqual([]);
  });

  it('can be the working directory', async () => {
    const before = process.cwd();
    await scopeAsync(async function* () {
      const path = yield* enter(directory({ prefix }));
      yield* enter(chdir(path));
      expect(process.cwd()).toBe(path);
      await writeFile('file', '');
      expect(await readdir(path)).toEqual(['file']);
    });
    expect([process.cwd(), await readdir(folder)]).toEqual([before, []]);
  });

  it('has its real path, even if the folder for temporary files is a link', async () => {
    const link = join(folder, 'link');
    const place = join(folder, 'place');
    await mkdir(place);
    await symlink(place, link);
    const env = { ...process.env, TMPDIR: link };
    const { stdout } = await promisify(execFile)(process.execPath, [bundleOf(program)], { env });
    expect(stdout.match(/kept .*\/build-/g)).toEqual([`kept ${place}/build-`, `kept ${place}/build-`]);
    expect(await readdir(place)).toEqual([]);
  }, 60_000);
});
