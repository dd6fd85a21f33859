import * as fpSources from '../../lib/fp/index.ts';
import * as sources from '../../lib/index.ts';
import * as nodeSources from '../../lib/node/index.ts';

export type Library = typeof sources;

export type NodeLibrary = typeof nodeSources;

export type FpLibrary = typeof fpSources;

/** The copies that may meet: the sources, and what is published. */
export const copies: readonly (readonly [name: string, library: Library])[] = [
  ['sources', sources],
  ['ES module', await built('../../dist/index.js')],
  ['CommonJS', (await built('../../dist/index.cjs')).default],
];

/** `withal/node` of the same copies. */
export const nodeCopies: readonly (readonly [name: string, library: NodeLibrary])[] = [
  ['sources', nodeSources],
  ['ES module', await built('../../dist/node/index.js')],
  ['CommonJS', (await built<NodeLibrary>('../../dist/node/index.cjs')).default],
];

/** `withal/fp` of the same copies. */
export const fpCopies: readonly (readonly [name: string, library: FpLibrary])[] = [
  ['sources', fpSources],
  ['ES module', await built('../../dist/fp/index.js')],
  ['CommonJS', (await built<FpLibrary>('../../dist/fp/index.cjs')).default],
];

// When mutation changes the sources, the other copies would still pass.
const tested = process.env['STRYKER_MUTATOR_WORKER'] ? 1 : Infinity;

/** The same tests run on each. */
export const builds = copies.slice(0, tested);

export const nodeBuilds = nodeCopies.slice(0, tested);

export const fpBuilds = fpCopies.slice(0, tested);

async function built<Built = Library>(path: string): Promise<Built & { default: Built }> {
  return (await import(path)) as Built & { default: Built };
}
