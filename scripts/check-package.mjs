// Checks the package that npm makes. Its types resolve in every module mode. It holds the build and the documentation,
// and nothing else. Each relative link on its pages leads to a file in it. A program that both imports and requires it
// gets one copy. Each export has a size limit. And the code is ES2021, because React Native's Babel preset refuses some
// newer syntax.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join, relative, sep } from 'node:path';
import { parse } from 'acorn';
import { effectful, entries } from './entries.mjs';
import { root } from './examples.mjs';
import { pack } from './pack.mjs';

const folder = mkdtempSync(join(tmpdir(), 'package-'));
try {
  const { tarball, files } = pack(folder);
  // Given a folder, it would pack it again, and build it first.
  run('npx', ['attw', tarball, '--quiet']);
  const expected = expectedFiles();
  const missing = expected.filter((file) => !files.includes(file));
  const unexpected = files.filter((file) => !expected.includes(file));
  assert.deepEqual({ missing, unexpected }, { missing: [], unexpected: [] });
  for (const entry of entries.filter((name) => !effectful.includes(name))) await assertOneCopy(entry);
  for (const file of files.filter((file) => /\.c?js$/.test(file))) assertSyntax(file);
  for (const page of files.filter((file) => file.endsWith('.md'))) assertLinks(page, files);
  await assertSizeLimits();
  console.log(`package: ${files.length} files, one copy for import and require`);
} finally {
  rmSync(folder, { recursive: true });
}

async function assertOneCopy(name) {
  const entry = join('withal', name.replace(/(^|\/)index$/, ''));
  // Node adds a mark for `require` to a module with a default export.
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

/** Links work offline: `npm run links` checks the anchors, and this checks that the package has the files. */
function assertLinks(page, files) {
  const text = readFileSync(join(root, page), 'utf8');
  const targets = linksIn(text).map((target) => join(dirname(page), target));
  const isPackaged = (target) => files.some((file) => file === target || file.startsWith(join(target, sep)));
  const dead = targets.filter((target) => !isPackaged(target));
  assert.deepEqual(dead, [], `${page} links to files that the package does not hold. Add them to "files".`);
}

/** The relative targets of links and images, without their anchors. Code doesn't contain links. */
function linksIn(text) {
  const prose = text.replace(/^(`{3,}).*?^\1/gms, '').replace(/`[^`\n]*`/g, '');
  const targets = [...prose.matchAll(/\]\(([^)\s]+)[^)]*\)/g)].map(([, target]) => target);
  return targets.filter((target) => !/^(\w+:|#)/.test(target)).map((target) => target.replace(/#.*/, ''));
}

async function assertSizeLimits() {
  const limited = JSON.parse(readFileSync(join(root, '.size-limit.json'), 'utf8')).map(({ name }) => name);
  const missing = Object.keys(await import('withal')).filter((name) => !limited.includes(name));
  assert.deepEqual(missing, [], 'These exports have no limit in .size-limit.json.');
}

function run(command, args) {
  return execFileSync(command, args, { cwd: root, stdio: ['ignore', 'pipe', 'inherit'] });
}

/** The build and the documentation: no tests, no sources, no source maps, and no generated pages. */
function expectedFiles() {
  const built = filesIn('dist');
  for (const file of built) assert.match(file, /\.(c?js|d\.c?ts)$/);
  const documents = ['docs', 'skills'].flatMap(filesIn).filter((file) => !isGenerated(file));
  for (const file of documents) assert.match(file, /\.(md|svg|ts|mjs|json)$/);
  const pages = readdirSync(root).filter((file) => file.endsWith('.md'));
  return ['LICENSE', 'package.json', ...pages, ...documents, ...built];
}

/** The reference, and the caches of other test runners, which npm leaves out anyway. */
function isGenerated(file) {
  return file.startsWith(join('docs', 'api', sep)) || file.split(sep).includes('node_modules');
}

function filesIn(folder) {
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => relative(root, join(parentPath, name)));
}
