import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test as base } from 'vitest';
import { fixture } from 'withal/testing';
import { workspace } from './workspace.ts';

const test = base.extend({ path: fixture(() => workspace()) });

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

test(
  'keeps the workspace of the attempt that fails only',
  { retry: 1 },
  async ({ path }) => {
    await writeFile(join(path, 'note.txt'), 'milk');
    attempts += 1;
    expect(attempts).toBe(2);
  },
);
