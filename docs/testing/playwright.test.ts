import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test as base, type TestInfo } from '@playwright/test';
import { withAsync, type AsyncContextManager } from 'withal';
import { workspace } from './workspace.ts';

/** A fixture of a manager, which is told whether the test failed. */
function fixture<T, F>(manager: AsyncContextManager<T, F>) {
  return async ({}, use: (value: T) => Promise<void>, { errors }: TestInfo) => {
    await withAsync(manager, async (value) => {
      await use(value);
      if (errors[0]) throw errors[0];
    }).catch((error: unknown) => {
      // The runner reports it already.
      if (error !== errors[0]) throw error;
    });
  };
}

const test = base.extend<{ path: string }>({ path: fixture(workspace()) });

test('writes a note', async ({ path }) => {
  const note = join(path, 'note.txt');
  await writeFile(note, 'milk');
  expect(await readFile(note, 'utf8')).toBe('milk');
});

test('keeps the workspace of a test that fails', async ({ path }) => {
  await writeFile(join(path, 'note.txt'), 'milk');
  expect('milk').toBe('honey');
});
