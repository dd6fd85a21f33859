import { readdir, readFile } from 'node:fs/promises';
import { describe, expect, it } from '@jest/globals';
import { nodeBuilds } from '../helpers/builds.ts';

describe.each(nodeBuilds)('withal/node, %s', (_build, library) => {
  it('exports what the table of contents lists, and nothing else', () => {
    expect(Object.keys(library).sort()).toEqual(['chdir', 'redirectStderr', 'redirectStdout', 'terminationSignal']);
  });

  it('exports functions under their own names', () => {
    for (const [name, value] of Object.entries(library)) expect(value.name).toBe(name);
  });
});

describe('the core', () => {
  it('imports nothing from Node, and nothing from withal/node', async () => {
    const folder = new URL('../../dist/', import.meta.url);
    const files = (await readdir(folder)).filter((name) => /\.(c?js|d\.c?ts)$/.test(name));
    const texts = await Promise.all(files.map((name) => readFile(new URL(name, folder), 'utf8')));
    expect(files).toContain('index.js');
    const imported = /^(import|export)\b.*from ['"](node:|\.\/node\/)|\b(require|import)\(['"](node:|\.\/node\/)/m;
    for (const text of texts) expect(text).not.toMatch(imported);
  });
});

describe('the types', () => {
  it.each(['index.d.ts', 'index.d.cts'])("need none of Node's, in %s", async (name) => {
    const text = await readFile(new URL(`../../dist/node/${name}`, import.meta.url), 'utf8');
    expect(text).not.toMatch(/types="node"|^import .* from '(?!\.)|NodeJS\./m);
  });
});
