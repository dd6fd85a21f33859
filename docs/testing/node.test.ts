import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { AsyncExitStack, withAsync } from 'withal';
import { directory } from '../recipes/directory/directory.ts';
import { workspace } from './workspace.ts';

test('writes a note', () =>
  withAsync(workspace(), async (path) => {
    const note = join(path, 'note.txt');
    await writeFile(note, 'milk');
    assert.equal(await readFile(note, 'utf8'), 'milk');
  }));

test('keeps the workspace of a test that fails', () =>
  withAsync(workspace(), async (path) => {
    await writeFile(join(path, 'note.txt'), 'milk');
    assert.equal('milk', 'honey');
  }));

describe('a note', () => {
  let stack: AsyncExitStack;
  let path: string;

  beforeEach(async () => {
    stack = new AsyncExitStack();
    path = await stack.enterContext(directory());
  });

  afterEach(() => stack.disposeAsync());

  test('can be written with hooks', async () => {
    const note = join(path, 'note.txt');
    await writeFile(note, 'milk');
    assert.equal(await readFile(note, 'utf8'), 'milk');
  });
});
