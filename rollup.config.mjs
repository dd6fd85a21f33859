import typescript from '@rollup/plugin-typescript';
import { dts } from 'rollup-plugin-dts';

const input = { index: 'lib/index.ts' };

/** A file for each of lib's, so that a bundler leaves out what is not imported. */
const modules = (extension) => ({
  dir: 'dist',
  preserveModules: true,
  entryFileNames: `[name].${extension}`,
});

const library = {
  input,
  plugins: [
    typescript({
      tsconfig: './tsconfig.build.json',
      module: 'esnext',
      moduleResolution: 'bundler',
      declaration: false,
      isolatedDeclarations: false,
      inlineSources: true,
      noEmitOnError: true,
    }),
  ],
  output: [
    { ...modules('js'), format: 'es', sourcemap: true },
    { ...modules('cjs'), format: 'cjs', sourcemap: true, generatedCode: 'es2015' },
  ],
};

const types = {
  input,
  plugins: [dts({ tsconfig: './tsconfig.build.json' })],
  output: ['d.ts', 'd.cts'].map((extension) => ({
    dir: 'dist',
    entryFileNames: `[name].${extension}`,
    format: 'es',
    // Names Disposable and Symbol.dispose for consumers whose own lib has neither.
    banner: '/// <reference lib="esnext.disposable" />',
  })),
};

export default [library, types];
