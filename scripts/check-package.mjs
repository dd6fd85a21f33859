// Checks what publint and attw don't: that the package holds all it should and nothing else, and that a program which
// both imports and requires it gets one copy.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, join } from 'node:path';
import { root } from './examples.mjs';

assert.deepEqual(packedFiles(), expectedFiles(), 'The package holds other files than expected.');

const required = createRequire(import.meta.url)('withal');
const imported = await import('withal');
assert.equal(required.ContextManagerError, imported.ContextManagerError, 'import and require give two copies.');

console.log(`package: ${packedFiles().length} files, one copy for import and require`);

function packedFiles() {
  const [{ files }] = JSON.parse(
    execFileSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], { cwd: root, stdio: 'pipe' }),
  );
  return files.map(({ path }) => path).sort();
}

/** No tests and no sources; the source maps hold these. */
function expectedFiles() {
  const modules = readdirSync(join(root, 'lib')).map((name) => basename(name, '.ts'));
  const scripts = modules.flatMap((name) => ['js', 'js.map', 'cjs', 'cjs.map'].map((end) => `dist/${name}.${end}`));
  const types = ['dist/index.d.cts', 'dist/index.d.ts'];
  return ['CHANGELOG.md', 'LICENSE', 'README.md', 'package.json', ...scripts, ...types].sort();
}
