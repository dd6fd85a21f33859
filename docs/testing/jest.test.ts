import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { withAsync } from 'withal';
import { workspace } from './workspace.ts';

/** A test that runs in a workspace. */
const inWorkspace = (test: (path: string) => Promise<void>) => () => withAsync(workspace(), test);

it(
  'writes a note',
  inWorkspace(async (path) => {
    const note = join(path, 'note.txt');
    await writeFile(note, 'milk');
    expect(await readFile(note, 'utf8')).toBe('milk');
  }),
);

it(
  'keeps the workspace of a test that fails',
  inWorkspace(async (path) => {
    await writeFile(join(path, 'note.txt'), 'milk');
    expect('milk').toBe('honey');
  }),
);
