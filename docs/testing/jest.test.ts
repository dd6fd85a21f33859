import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, expect, it as base } from '@jest/globals';
import { withFixtures } from 'withal/testing';
import { workspace } from './workspace.ts';

const it = withFixtures(base, { path: () => workspace() }, { afterEach, afterAll });

it('writes a note', async ({ path }) => {
  const note = join(path, 'note.txt');
  await writeFile(note, 'milk');
  expect(await readFile(note, 'utf8')).toBe('milk');
});

it('keeps the workspace of a test that fails', async ({ path }) => {
  await writeFile(join(path, 'note.txt'), 'milk');
  expect('milk').toBe('honey');
});
