import { readdir, readFile } from 'node:fs/promises';
import { describe, expect, it } from '@jest/globals';
import { builds } from './support/builds.ts';

describe.each(builds)('%s', (_build, library) => {
  it('exports what the table of contents says, and nothing else', () => {
    expect(Object.keys(library).sort()).toEqual([
      'AbstractAsyncContextManager',
      'AbstractContextManager',
      'AsyncExitStack',
      'ContextManagerError',
      'ExitStack',
      'SuppressedError',
      'aclosing',
      'all',
      'asyncContextDecorator',
      'asyncContextManager',
      'closing',
      'contextDecorator',
      'contextManager',
      'enter',
      'isAsyncContextManager',
      'isContextManager',
      'nullContext',
      'scopeAsync',
      'scopeSync',
      'suppress',
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
  it('has a test file for each file of the library', async () => {
    const names = async (folder: string, ending: string) =>
      (await readdir(new URL(folder, import.meta.url), { recursive: true }))
        .filter((file) => file.endsWith(ending))
        .map((file) => file.slice(0, -ending.length));
    expect(await names('.', '.test.ts')).toEqual(expect.arrayContaining(await names('../lib/', '.ts')));
  });

  it('has no run-time dependency', async () => {
    const manifest = JSON.parse(await readFile(new URL('../package.json', import.meta.url), 'utf8')) as Record<
      string,
      unknown
    >;
    expect(manifest).not.toHaveProperty('dependencies');
    expect(manifest).not.toHaveProperty('peerDependencies');
  });
});
