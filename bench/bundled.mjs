import { Buffer } from 'node:buffer';
import { buildSync } from 'esbuild';
import { hasUsing } from '../conformance/all.mjs';

/** Imports the code as bundled by esbuild, which lowers `using` unless the runtime has it. */
export function bundled(options) {
  const { outputFiles } = buildSync({
    ...options,
    bundle: true,
    format: 'esm',
    target: hasUsing ? 'esnext' : 'es2022',
    write: false,
  });
  return import(`data:text/javascript;base64,${Buffer.from(outputFiles[0].contents).toString('base64')}`);
}
