import { dirname, relative, resolve, sep } from 'node:path';
import { dts } from 'rollup-plugin-dts';
import { effectful, entries } from './scripts/entries.mjs';
import { pure } from './scripts/rollup-pure.mjs';
import { stripTypes } from './scripts/strip-types.mjs';

const input = Object.fromEntries(entries.map((name) => [name, `lib/${name}.ts`]));

/** Everything outside the other entries' folders goes into one file, because one large file loads faster than many. */
const folders = entries.map(dirname).filter((folder) => folder !== '.');
const core = (file) => {
  const [folder] = relative('lib', file).split(sep);
  if (!folders.includes(folder)) return 'core';
  // Entries in the same folder share a file there.
  const isShared = folders.filter((other) => other === folder).length > 1;
  return isShared && !isEntry(file) ? `${folder}/core` : null;
};

const isEntry = (file) => Object.values(input).some((entry) => resolve(entry) === file);

const files = (extension) => ({
  dir: 'dist',
  entryFileNames: `[name].${extension}`,
  chunkFileNames: `[name].${extension}`,
  manualChunks: core,
  minifyInternalExports: false,
  // Bundlers warn about a file that imports another only for that one's imports.
  hoistTransitiveImports: false,
});

/** Only strips types; `npm run types` checks them. */
const typescript = {
  name: 'typescript',
  transform: (code, file) => ({ code: stripTypes(code, file), map: null }),
};

const library = {
  input,
  external: /^node:/,
  plugins: [typescript, pure({ except: effectful.map((name) => resolve(input[name])) })],
  output: [
    { ...files('js'), format: 'es' },
    { ...files('cjs'), format: 'cjs', exports: 'named', generatedCode: 'es2015' },
  ],
};

/** Node's own types take a second to read. */
const isOfNode = (name) => ['node', 'observe'].includes(dirname(name));

/** One file per entry. Types in more than one entry are structural, so they don't need a shared file. */
const types = entries.map((name) => ({
  input: { [name]: input[name] },
  external: /^node:/,
  plugins: [dts({ tsconfig: isOfNode(name) ? './tsconfig.node.json' : './tsconfig.build.json' })],
  // An entry that is imported for its side effects may have no types.
  onLog: (level, log, handle) => log.code === 'EMPTY_BUNDLE' || handle(level, log),
  output: ['d.ts', 'd.cts'].map((extension) => ({
    dir: 'dist',
    entryFileNames: `[name].${extension}`,
    format: 'es',
    // Declares Disposable and Symbol.dispose for consumers whose lib has neither.
    banner: '/// <reference lib="esnext.disposable" />',
  })),
}));

export default [library, ...types];
