// Checks what publint and attw don't: that the package holds all it should and nothing else, and that a program which
// both imports and requires it gets one copy.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { root } from './examples.mjs';

assert.deepEqual(packedFiles(), expectedFiles(), 'The package holds other files than expected.');

await assertOneCopy('withal', 'ContextManagerError');
await assertOneCopy('withal/node', 'redirectStdout');

console.log(`package: ${packedFiles().length} files, one copy for import and require`);

async function assertOneCopy(entry, name) {
  const required = createRequire(import.meta.url)(entry);
  const imported = await import(entry);
  assert.equal(required[name], imported[name], `import and require give two copies of ${entry}.`);
}

function packedFiles() {
  const [{ files }] = JSON.parse(
    execFileSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], { cwd: root, stdio: 'pipe' }),
  );
  return files.map(({ path }) => path).sort();
}

/** No tests and no sources; the source maps hold these. */
function expectedFiles() {
  const files = readdirSync(join(root, 'lib'), { recursive: true }).filter((name) => name.endsWith('.ts'));
  const modules = files.map((name) => name.slice(0, -'.ts'.length));
  const scripts = modules.flatMap((name) => ['js', 'js.map', 'cjs', 'cjs.map'].map((end) => `dist/${name}.${end}`));
  const types = ['index', 'node/index'].flatMap((name) => [`dist/${name}.d.cts`, `dist/${name}.d.ts`]);
  return ['CHANGELOG.md', 'LICENSE', 'README.md', 'package.json', ...scripts, ...types].sort();
}
