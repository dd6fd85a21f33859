// Checks the package that npm makes: that its types are found in every way, that it holds all it should and nothing else,
// and that a program which both imports and requires it gets one copy.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
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
  const expected = expectedFiles();
  const missing = expected.filter((file) => !files.includes(file));
  const unexpected = files.filter((file) => !expected.includes(file));
  assert.deepEqual({ missing, unexpected }, { missing: [], unexpected: [] });
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

/** What is built, and nothing else: no tests, and no sources, which the source maps hold. */
function expectedFiles() {
  const built = readdirSync(join(root, 'dist'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => relative(root, join(parentPath, name)));
  for (const file of built) assert.match(file, /\.(c?js(\.map)?|d\.c?ts)$/);
  return ['CHANGELOG.md', 'LICENSE', 'README.md', 'package.json', ...built];
}
