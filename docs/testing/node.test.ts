import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'node:test';
import { entered } from 'withal/testing';
import { workspace } from './workspace.ts';

test('writes a note', async (t) => {
  const path = await entered(t, workspace());
  const note = join(path, 'note.txt');
  await writeFile(note, 'milk');
  assert.equal(await readFile(note, 'utf8'), 'milk');
});

test('keeps the workspace of a test that fails', async (t) => {
  const path = await entered(t, workspace());
  await writeFile(join(path, 'note.txt'), 'milk');
  assert.equal('milk', 'honey');
});
