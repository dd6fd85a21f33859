import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './examples.mjs';

/** Throws unless `npm run build` has run. */
export function assertBuilt() {
  if (!existsSync(join(root, 'dist'))) throw new Error('Run `npm run build` first: dist is missing.');
}

/** Packs what is built, as npm does to publish it. Returns the path of the tarball, and the files that it holds. */
export function pack(folder) {
  assertBuilt();
  const args = ['pack', '--json', '--ignore-scripts', '--pack-destination', folder];
  const [{ filename, files }] = JSON.parse(execFileSync('npm', args, { cwd: root }));
  return { tarball: join(folder, filename), files: files.map(({ path }) => path).sort() };
}

/** Puts the packed package into that folder's node_modules. */
export function installPackage(folder) {
  const { tarball } = pack(folder);
  const target = join(folder, 'node_modules', 'withal');
  mkdirSync(target, { recursive: true });
  execFileSync('tar', ['-xzf', tarball, '-C', target, '--strip-components=1']);
}
