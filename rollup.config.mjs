import typescript from '@rollup/plugin-typescript';
import { dts } from 'rollup-plugin-dts';

const input = { index: 'lib/index.ts', 'node/index': 'lib/node/index.ts', 'eslint/index': 'lib/eslint/index.ts' };

/** A file for each of lib's, so that a bundler leaves out what is not imported. */
const modules = (extension) => ({
  dir: 'dist',
  preserveModules: true,
  entryFileNames: `[name].${extension}`,
});

/** The core is compiled without the types of any environment. */
const compiled = (tsconfig, files) =>
  typescript({
    tsconfig,
    ...files,
    module: 'esnext',
    moduleResolution: 'bundler',
    declaration: false,
    isolatedDeclarations: false,
    inlineSources: true,
    noEmitOnError: true,
  });

const library = {
  input,
  external: /^node:/,
  plugins: [
    compiled('./tsconfig.build.json', { exclude: 'node/**' }),
    compiled('./tsconfig.node.json', { include: 'node/**' }),
  ],
  output: [
    { ...modules('js'), format: 'es', sourcemap: true },
    { ...modules('cjs'), format: 'cjs', exports: 'named', sourcemap: true, generatedCode: 'es2015' },
  ],
};

/** A file for each entry: types that both speak of are structural, and need no file that they share. */
const types = Object.entries(input).map(([name, file]) => ({
  input: { [name]: file },
  external: /^node:/,
  plugins: [dts({ tsconfig: './tsconfig.node.json' })],
  output: ['d.ts', 'd.cts'].map((extension) => ({
    dir: 'dist',
    entryFileNames: `[name].${extension}`,
    format: 'es',
    // Names Disposable and Symbol.dispose for consumers whose own lib has neither.
    banner: '/// <reference lib="esnext.disposable" />',
  })),
}));

export default [library, ...types];
