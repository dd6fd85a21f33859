import { readdir, readFile } from 'node:fs/promises';
import { describe, expect, it } from '@jest/globals';
import * as library from '../lib/index.ts';
import { builds } from './helpers/builds.ts';

describe.each(builds)('%s', (_build, library) => {
  it('exports what the table of contents lists, and nothing else', () => {
    expect(Object.keys(library).sort()).toEqual([
      'AbstractAsyncContextManager',
      'AbstractContextManager',
      'AsyncExitStack',
      'ContextManagerError',
      'ExitStack',
      'SuppressedError',
      'abandonable',
      'aclosing',
      'all',
      'asyncContextDecorator',
      'asyncContextManager',
      'closing',
      'contextDecorator',
      'contextManager',
      'deadline',
      'enter',
      'fromCallback',
      'isAsyncContextManager',
      'isContextManager',
      'nullContext',
      'passing',
      'resultBlocks',
      'scopeAsync',
      'scopeSync',
      'suppress',
      'taskGroup',
      'timeout',
      'withAsync',
      'withSync',
    ]);
  });

  it('exports functions under their own names', () => {
    for (const [name, value] of Object.entries(library)) expect((value as { name: string }).name).toBe(name);
  });
});

describe('the layout', () => {
  const filesIn = async (folder: string, ending: string) =>
    (await readdir(new URL(folder, import.meta.url)))
      .filter((file) => file.endsWith(ending))
      .map((file) => file.slice(0, -ending.length));

  it('has a file for each public word, and a public word for each file', async () => {
    const words = Object.keys(library).map((name) => name.replace(/\B[A-Z]/g, '-$&').toLowerCase());
    expect((await filesIn('../lib/', '.ts')).sort()).toEqual([...words, 'index', 'protocol'].sort());
  });

  it('has a test file for each word, which the sync and async forms may share', async () => {
    const tests = await filesIn('.', '.test.ts');
    const isTested = (word: string) => tests.includes(word) || tests.includes(word.replace(/async-|-a?sync$/, ''));
    const words = await filesIn('../lib/', '.ts');
    expect(words.filter((word) => !isTested(word))).toEqual(['protocol']);
  });

  it('has no runtime dependency', async () => {
    const manifest = JSON.parse(await readFile(new URL('../package.json', import.meta.url), 'utf8')) as {
      peerDependencies: object;
      peerDependenciesMeta: Record<string, { optional: boolean }>;
    };
    expect(manifest).not.toHaveProperty('dependencies');
    // ESLint is only for those who lint.
    const optional = Object.entries(manifest.peerDependenciesMeta).filter(([, { optional }]) => optional);
    expect(optional.map(([name]) => name)).toEqual(['eslint', 'typescript-eslint']);
    expect(Object.keys(manifest.peerDependencies)).toEqual(['eslint', 'typescript-eslint']);
  });
});
