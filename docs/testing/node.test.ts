import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { withAsync } from 'withal';
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
