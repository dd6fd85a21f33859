import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll } from '@jest/globals';
import { buildSync } from 'esbuild';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** A bundle finds its packages from here. */
const cache = join(root, 'node_modules', '.cache');

/**
 * Bundles programs for the tests of a file, so that each starts in a moment; with tsx every start takes a second.
 * Returns a function that returns a bundle's path for its program's path.
 */
export function sharedBundles(...programs: string[]): (program: string) => string {
  let folder: string;
  beforeAll(() => {
    mkdirSync(cache, { recursive: true });
    folder = mkdtempSync(join(cache, 'bundles-'));
    buildSync({
      absWorkingDir: root,
      entryPoints: programs,
      outbase: root,
      outdir: folder,
      outExtension: { '.js': '.mjs' },
      bundle: true,
      // A report names what is open after functions, whose names esbuild changes.
      keepNames: true,
      // Only for the build does package.json say that register has side effects.
      ignoreAnnotations: true,
      packages: 'external',
      platform: 'node',
      format: 'esm',
      target: 'node20',
    });
  });
  afterAll(() => rmSync(folder, { recursive: true }));
  return (program) => join(folder, program.replace(/\.ts$/, '.mjs'));
}
