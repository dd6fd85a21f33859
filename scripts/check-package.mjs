// Checks the package that npm makes: that its types are found in every way, that it holds all it should and nothing else,
// that a program which both imports and requires it gets one copy, that stack traces lead to the sources, that each export
// has a size limit, and that all is ES2021: of more, React Native's Babel preset refuses a part.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import process from 'node:process';
import { parse } from 'acorn';
import { effectful, entries } from './entries.mjs';
import { root } from './examples.mjs';
import { pack } from './pack.mjs';

const folder = mkdtempSync(join(tmpdir(), 'package-'));
try {
  const { tarball, files } = pack(folder);
  // Of a folder it would make the package anew, and build it for that.
  run('npx', ['attw', tarball, '--quiet']);
  const expected = expectedFiles();
  const missing = expected.filter((file) => !files.includes(file));
  const unexpected = files.filter((file) => !expected.includes(file));
  assert.deepEqual({ missing, unexpected }, { missing: [], unexpected: [] });
  for (const entry of entries.filter((name) => !effectful.includes(name))) await assertOneCopy(entry);
  for (const file of files.filter((file) => /\.c?js$/.test(file))) assertSyntax(file);
  for (const extension of ['js', 'cjs']) assertSourceMap(`dist/index.${extension}`);
  await assertSizeLimits();
  console.log(`package: ${files.length} files, one copy for import and require`);
} finally {
  rmSync(folder, { recursive: true });
}

async function assertOneCopy(name) {
  const entry = join('withal', name.replace(/(^|\/)index$/, ''));
  // Node marks a module that has a default export, for those who require it.
  const required = { ...createRequire(import.meta.url)(entry) };
  delete required.__esModule;
  const imported = await import(entry);
  assert.deepEqual(required, { ...imported }, `import and require give two copies of ${entry}.`);
}

function assertSyntax(file) {
  const sourceType = file.endsWith('.cjs') ? 'script' : 'module';
  try {
    parse(readFileSync(join(root, file), 'utf8'), { ecmaVersion: 2021, sourceType });
  } catch (cause) {
    throw new Error(`${file} is not ES2021.`, { cause });
  }
}

function assertSourceMap(file) {
  const code = `import { withAsync } from './${file}'; withAsync(1).catch(({ stack }) => console.log(stack));`;
  const stack = run(process.execPath, ['--enable-source-maps', '--input-type=module', '--eval', code]).toString();
  const [, source, line] = /(lib\/.*\.ts):(\d+)/.exec(stack);
  assert.match(readFileSync(join(root, source), 'utf8').split('\n')[line - 1], /TypeError/);
}

async function assertSizeLimits() {
  const limited = JSON.parse(readFileSync(join(root, '.size-limit.json'), 'utf8')).map(({ name }) => name);
  const missing = Object.keys(await import('withal')).filter((name) => !limited.includes(name));
  assert.deepEqual(missing, [], 'These exports have no limit in .size-limit.json.');
}

function run(command, args) {
  return execFileSync(command, args, { cwd: root, stdio: ['ignore', 'pipe', 'inherit'] });
}

/** What is built, and nothing else: no tests, and no sources, which the source maps hold. */
function expectedFiles() {
  const built = readdirSync(join(root, 'dist'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => relative(root, join(parentPath, name)));
  for (const file of built) assert.match(file, /\.(c?js(\.map)?|d\.c?ts)$/);
  return ['CHANGELOG.md', 'LICENSE', 'README.md', 'package.json', ...built];
}
