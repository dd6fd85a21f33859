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
 * Returns what gives the path of a bundle, for the path of its program.
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
      // A report names what is open by the names of functions, which esbuild changes.
      keepNames: true,
      // That register has side effects, package.json says only of the build.
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
