import * as sources from '../../lib/index.ts';
import * as nodeSources from '../../lib/node/index.ts';

export type Library = typeof sources;

export type NodeLibrary = typeof nodeSources;

/** The same tests run on the sources and on what is published. */
export const builds: readonly (readonly [name: string, library: Library])[] = [
  ['sources', sources],
  ['ES module', await built('../../dist/index.js')],
  ['CommonJS', (await built('../../dist/index.cjs')).default],
];

/** `withal/node` of the same builds. */
export const nodeBuilds: readonly (readonly [name: string, library: NodeLibrary])[] = [
  ['sources', nodeSources],
  ['ES module', await built('../../dist/node/index.js')],
  ['CommonJS', (await built<NodeLibrary>('../../dist/node/index.cjs')).default],
];

async function built<Built = Library>(path: string): Promise<Built & { default: Built }> {
  return (await import(path)) as Built & { default: Built };
}
