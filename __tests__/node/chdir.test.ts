import { mkdir, mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { withAsync, withSync } from '../../lib/index.ts';
import { nodeBuilds } from '../helpers/builds.ts';
import { errorOf } from '../helpers/outcome.ts';

const start = process.cwd();
let folder: string;

beforeAll(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), 'withal-chdir-')));
  await mkdir(join(folder, 'inner', 'inner'), { recursive: true });
});

afterAll(() => rm(folder, { recursive: true }));

// A faulty manager must not affect the tests that follow.
afterEach(() => process.chdir(start));

describe.each(nodeBuilds)('%s', (_build, { chdir }) => {
  describe('chdir', () => {
    it('changes the directory for the block, and changes back', () => {
      expect(withSync(chdir(folder), (value) => [value, process.cwd()])).toEqual([undefined, folder]);
      expect(process.cwd()).toBe(start);
    });

    it('changes back after an error, which it rethrows, and after another change in the block', async () => {
      const bodyError = new Error('body');
      const error = await errorOf(() =>
        withAsync(chdir(folder), () => {
          process.chdir('inner');
          throw bodyError;
        }),
      );
      expect(error).toBe(bodyError);
      expect(process.cwd()).toBe(start);
    });

    it('takes a file: URL', () => {
      expect(withSync(chdir(pathToFileURL(join(folder, 'inner'))), () => process.cwd())).toBe(join(folder, 'inner'));
    });

    it('can be used many times and nested, relative to where it is entered', async () => {
      const inner = chdir('inner');
      const nested = () => withSync(inner, () => withSync(inner, () => process.cwd()));
      const twice = [withSync(chdir(folder), nested), await withAsync(chdir(folder), nested)];
      expect(twice).toEqual([join(folder, 'inner', 'inner'), join(folder, 'inner', 'inner')]);
      expect(process.cwd()).toBe(start);
    });

    it("does nothing until it is entered, and fails there if the directory doesn't exist", async () => {
      const manager = chdir(join(folder, 'missing'));
      expect(await errorOf(() => withSync(manager, () => 'never'))).toMatchObject({ code: 'ENOENT' });
      expect(process.cwd()).toBe(start);
    });

    it('keeps both errors if the previous directory is gone', async () => {
      const gone = join(folder, 'gone');
      await mkdir(gone);
      const bodyError = new Error('body');
      const error = await errorOf(async () => {
        process.chdir(gone);
        try {
          await withAsync(chdir(folder), async () => {
            await rm(gone, { recursive: true });
            throw bodyError;
          });
        } finally {
          process.chdir(start);
        }
      });
      expect(error).toMatchObject({ code: 'ENOENT', cause: bodyError });
    });

    it.each<[string, unknown, string]>([
      ['nothing', undefined, 'chdir() takes a path or a file: URL, but undefined was given'],
      ['null', null, 'but null was given'],
      ['an object', {}, 'but an object (Object) was given'],
      ['a URL of another kind', new URL('https://example.org/'), 'but an object (URL) was given'],
    ])('refuses %s', (_what, path, message) => {
      const make = () => chdir(path as string);
      expect(make).toThrow(TypeError);
      expect(make).toThrow(message);
    });
  });
});
