import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { AsyncExitStack, withAsync } from 'withal';
import { directory } from '../recipes/directory/directory.ts';
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

describe('a note', () => {
  let stack: AsyncExitStack;
  let path: string;

  beforeEach(async () => {
    stack = new AsyncExitStack();
    path = await stack.enterContext(directory());
  });

  afterEach(() => stack.disposeAsync());

  it('can be written with hooks', async () => {
    const note = join(path, 'note.txt');
    await writeFile(note, 'milk');
    expect(await readFile(note, 'utf8')).toBe('milk');
  });
});
