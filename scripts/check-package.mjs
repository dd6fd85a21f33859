// Checks the package that npm makes: that its types are found in every way, that it holds all it should and nothing else,
// and that a program which both imports and requires it gets one copy.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root } from './examples.mjs';
import { pack } from './pack.mjs';

const folder = mkdtempSync(join(tmpdir(), 'package-'));
try {
  const { tarball, files } = pack(folder);
  // Of a folder it would make the package anew, and build it for that.
  execFileSync('npx', ['attw', tarball, '--profile', 'node16', '--quiet'], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  assert.deepEqual(files, expectedFiles(), 'The package holds other files than expected.');
  await assertOneCopy('withal', 'ContextManagerError');
  await assertOneCopy('withal/node', 'redirectStdout');
  console.log(`package: ${files.length} files, one copy for import and require`);
} finally {
  rmSync(folder, { recursive: true });
}

async function assertOneCopy(entry, name) {
  const required = createRequire(import.meta.url)(entry);
  const imported = await import(entry);
  assert.equal(required[name], imported[name], `import and require give two copies of ${entry}.`);
}

/** No tests and no sources; the source maps hold these. */
function expectedFiles() {
  const files = readdirSync(join(root, 'lib'), { recursive: true }).filter((name) => name.endsWith('.ts'));
  const modules = files.map((name) => name.slice(0, -'.ts'.length));
  const scripts = modules.flatMap((name) => ['js', 'js.map', 'cjs', 'cjs.map'].map((end) => `dist/${name}.${end}`));
  const types = ['index', 'node/index'].flatMap((name) => [`dist/${name}.d.cts`, `dist/${name}.d.ts`]);
  return ['CHANGELOG.md', 'LICENSE', 'README.md', 'package.json', ...scripts, ...types].sort();
}
