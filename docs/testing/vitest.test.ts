import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test as base, type TestContext } from 'vitest';
import { withAsync, type AsyncContextManager } from 'withal';
import { workspace } from './workspace.ts';

/** A fixture of a manager, which is told whether the test failed. */
function fixture<T, F>(manager: AsyncContextManager<T, F>) {
  return async ({ task }: TestContext, use: (value: T) => Promise<void>) => {
    // A test that is tried again keeps the errors of the attempts before.
    const before = task.result?.errors?.length ?? 0;
    const failure = () => task.result?.errors?.[before];
    await withAsync(manager, async (value) => {
      await use(value);
      if (failure()) throw failure();
    }).catch((error: unknown) => {
      // The runner reports it already.
      if (error !== failure()) throw error;
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

let attempts = 0;

test('keeps the workspace of the attempt that fails only', { retry: 1 }, async ({ path }) => {
  await writeFile(join(path, 'note.txt'), 'milk');
  attempts += 1;
  expect(attempts).toBe(2);
});
