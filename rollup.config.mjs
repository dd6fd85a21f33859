import { dirname, relative, resolve, sep } from 'node:path';
import { dts } from 'rollup-plugin-dts';
import { effectful, entries } from './scripts/entries.mjs';
import { pure } from './scripts/rollup-pure.mjs';
import { stripTypes } from './scripts/strip-types.mjs';

const input = Object.fromEntries(entries.map((name) => [name, `lib/${name}.ts`]));

/** What is not in the folder of a further entry goes into one file: reading many takes longer than reading much. */
const folders = entries.map(dirname).filter((folder) => folder !== '.');
const core = (file) => {
  const [folder] = relative('lib', file).split(sep);
  if (!folders.includes(folder)) return 'core';
  // Entries of one folder share a file in it.
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
  // A file that imports another for nothing but its imports makes bundlers complain.
  hoistTransitiveImports: false,
});

/** `npm run types` checks the types of all files together. */
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

/** A file for each entry: types that both speak of are structural, and need no file that they share. */
const types = entries.map((name) => ({
  input: { [name]: input[name] },
  external: /^node:/,
  plugins: [dts({ tsconfig: isOfNode(name) ? './tsconfig.node.json' : './tsconfig.build.json' })],
  // What is imported for what it does may have no types.
  onLog: (level, log, handle) => log.code === 'EMPTY_BUNDLE' || handle(level, log),
  output: ['d.ts', 'd.cts'].map((extension) => ({
    dir: 'dist',
    entryFileNames: `[name].${extension}`,
    format: 'es',
    // Names Disposable and Symbol.dispose for consumers whose own lib has neither.
    banner: '/// <reference lib="esnext.disposable" />',
  })),
}));

export default [library, ...types];
