// Compiles the type tests against the packed package, as its consumers would: with every version of TypeScript that is
// supported, every way to resolve a module, and nothing but the language's own library. Without `--all` the oldest
// version is tried in every way, and some of the others in one.

import { execFile } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import { root } from './examples.mjs';

const run = promisify(execFile);

const gated = { 5.2: '5.2.2', 5.4: '5.4.5', 5.9: '5.9.3', '6.0': '6.0.3', '7.0': '7.0.2' };
const others = { 5.3: '5.3.3', 5.5: '5.5.4', 5.6: '5.6.3', 5.7: '5.7.3', 5.8: '5.8.3' };
const versions = process.argv.includes('--all') ? { ...gated, ...others } : gated;

const strictest = {
  target: 'es2022',
  lib: ['es2022'],
  types: [],
  strict: true,
  exactOptionalPropertyTypes: true,
  noUncheckedIndexedAccess: true,
  skipLibCheck: false,
  noEmit: true,
};

const node = { module: 'nodenext', moduleResolution: 'nodenext' };
const bundler = { module: 'esnext', moduleResolution: 'bundler' };
// It reads no `exports`. TypeScript 6 wants to be told that this is meant, and 7 has it no more.
const node10 = { module: 'esnext', moduleResolution: 'node10' };
const flags = { '6.0': ['--ignoreDeprecations', '6.0'] };

const allModes = {
  'ES module': { extension: '.mts', options: node },
  node10: { extension: '.ts', options: node10, isTried: (version) => version !== '7.0' },
  CommonJS: { extension: '.cts', options: node },
  bundler: { extension: '.ts', options: bundler },
  'bundler, DOM': { extension: '.ts', options: { ...bundler, lib: ['es2022', 'dom'] } },
};

const modes = Object.entries(allModes);

const compilers = join(root, 'node_modules', '.cache', 'typescript-versions');
const consumer = mkdtempSync(join(tmpdir(), 'consumer-'));
try {
  await Promise.all([installCompilers(), installPackage()]);
  const folders = modes.map(makeProject);
  for (const [index, version] of Object.keys(versions).entries()) await checkVersion(version, folders, index);
} finally {
  rmSync(consumer, { recursive: true });
}

/** Once for many runs. They are kept out of the package's own dependencies: each would bring a `tsc` of its own. */
async function installCompilers() {
  const wanted = Object.entries(versions).filter(([version]) => !existsSync(compiler(version)));
  if (wanted.length === 0) return;
  mkdirSync(compilers, { recursive: true });
  writeFileSync(join(compilers, 'package.json'), '{ "private": true }');
  const aliases = Object.entries(versions).map(([version, exact]) => `ts${version}@npm:typescript@${exact}`);
  await run('npm', ['install', '--no-audit', '--no-fund', '--ignore-scripts', ...aliases], { cwd: compilers });
}

function compiler(version) {
  return join(compilers, 'node_modules', `ts${version}`, 'bin', 'tsc');
}

async function installPackage() {
  const modules = join(consumer, 'node_modules');
  mkdirSync(join(modules, 'withal'), { recursive: true });
  cpSync(join(root, 'node_modules', 'expect-type'), join(modules, 'expect-type'), { recursive: true });
  const { stdout } = await run('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', consumer], {
    cwd: root,
  });
  const [{ filename }] = JSON.parse(stdout);
  await run('tar', ['-xzf', join(consumer, filename), '-C', join(modules, 'withal'), '--strip-components=1']);
}

/** A folder with a copy of the type tests; those of the environment's own types only where there is one. */
function makeProject([, { extension, options }], index) {
  const folder = join(consumer, `project${index}`);
  mkdirSync(folder);
  const tests = readdirSync(join(root, 'typetests')).filter((name) => name.endsWith('.ts'));
  for (const name of tests.filter((name) => options.lib || !name.startsWith('environment'))) {
    cpSync(join(root, 'typetests', name), join(folder, basename(name, '.ts') + extension));
  }
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions: { ...strictest, ...options } }));
  return folder;
}

async function checkVersion(version, folders, index) {
  const isTried = (mode) => process.argv.includes('--all') || index === 0 || mode === index % modes.length;
  const tried = [...modes.keys()].filter((mode) => isTried(mode) && modes[mode][1].isTried?.(version) !== false);
  const outputs = await Promise.all(tried.map((mode) => compile(version, folders[mode])));
  for (const [order, mode] of tried.entries()) report(`TypeScript ${version}, ${modes[mode][0]}`, outputs[order]);
}

async function compile(version, folder) {
  return run(process.execPath, [compiler(version), '-p', folder, ...(flags[version] ?? [])], { cwd: folder }).then(
    () => '',
    ({ stdout, stderr, message }) => stdout + stderr || message,
  );
}

function report(name, output) {
  console.log(`${output ? '✘' : '✔'} ${name}`);
  if (!output) return;
  console.error(output);
  process.exitCode = 1;
}
