import * as sources from '../../lib/index.ts';

export type Library = typeof sources;

/** The same tests run on the sources and on what is published. */
export const builds: readonly (readonly [name: string, library: Library])[] = [
  ['sources', sources],
  ['ES module', await built('../../dist/index.js')],
  ['CommonJS', (await built('../../dist/index.cjs')).default],
];

async function built(path: string): Promise<Library & { default: Library }> {
  return (await import(path)) as Library & { default: Library };
}
