// Compiles the type tests against the packed package, as its consumers would: with the oldest and the newest supported
// version of TypeScript, or, with --all, with every version and every module resolution. Each run has only the
// language's own library. Each version must also refuse what it should, and say why: see refusals.mjs.

import { execFile } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import { root } from './examples.mjs';
import { installPackage } from './pack.mjs';
import { checkRefusals, refusals } from './refusals.mjs';

const run = promisify(execFile);

/** From the oldest to the newest. */
const supported = {
  5.2: '5.2.2',
  5.3: '5.3.3',
  5.4: '5.4.5',
  5.5: '5.5.4',
  5.6: '5.6.3',
  5.7: '5.7.3',
  5.8: '5.8.3',
  5.9: '5.9.3',
  '6.0': '6.0.3',
  '7.0': '7.0.2',
};

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
// It doesn't read `exports`. TypeScript 6 needs a flag to accept it, and 7 has dropped it.
const node10 = { module: 'esnext', moduleResolution: 'node10' };
const flags = { '6.0': ['--ignoreDeprecations', '6.0'] };
const dropped = { '7.0': ['node10'] };

const modes = {
  'ES module': { extension: '.mts', options: node },
  node10: { extension: '.ts', options: node10 },
  CommonJS: { extension: '.cts', options: node },
  bundler: { extension: '.ts', options: bundler },
  'bundler, DOM': { extension: '.ts', options: { ...bundler, lib: ['es2022', 'dom'] } },
};

const every = Object.keys(supported)
  .flatMap((version) => Object.keys(modes).map((mode) => [version, mode]))
  .filter(([version, mode]) => !dropped[version]?.includes(mode));

/** These differ in everything: how a module is resolved, which declarations are read, whether there is a DOM. */
const few = [
  ['5.2', 'CommonJS'],
  ['7.0', 'bundler, DOM'],
];

const consumers = process.argv.includes('--all') ? every : few;
const versions = [...new Set(consumers.map(([version]) => version))];

const compilers = join(root, 'node_modules', '.cache', 'typescript-versions');
const consumer = mkdtempSync(join(tmpdir(), 'consumer-'));
try {
  await installCompilers();
  installPackage(consumer);
  cpSync(join(root, 'node_modules', 'expect-type'), join(consumer, 'node_modules', 'expect-type'), { recursive: true });
  for (const mode of new Set(consumers.map(([, mode]) => mode))) makeProject(mode);
  for (const name of refusals) makeRefused(name);
  for (const version of versions) await checkVersion(version);
} finally {
  rmSync(consumer, { recursive: true });
}

/** Once for many runs. They aren't dependencies of this package, because each would bring its own `tsc`. */
async function installCompilers() {
  if (versions.every((version) => existsSync(compiler(version)))) return;
  mkdirSync(compilers, { recursive: true });
  writeFileSync(join(compilers, 'package.json'), '{ "private": true }');
  const aliases = versions.map((version) => `ts${version}@npm:typescript@${supported[version]}`);
  await run('npm', ['install', '--prefer-offline', '--no-audit', '--no-fund', '--ignore-scripts', ...aliases], {
    cwd: compilers,
  });
}

function compiler(version) {
  return join(compilers, 'node_modules', `ts${version}`, 'bin', 'tsc');
}

/** A folder with a copy of the type tests; those of an environment's types only if the mode has one. */
function makeProject(mode) {
  const { extension, options } = modes[mode];
  const folder = folderOf(mode);
  mkdirSync(folder);
  const tests = readdirSync(join(root, 'typetests')).filter((name) => name.endsWith('.ts'));
  for (const name of tests.filter((name) => options.lib || !name.startsWith('environment'))) {
    cpSync(join(root, 'typetests', name), join(folder, basename(name, '.ts') + extension));
  }
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions: { ...strictest, ...options } }));
}

/** A folder with a copy of the files that the compiler must refuse. */
function makeRefused(name) {
  const folder = join(consumer, name);
  cpSync(join(root, 'typetests', name), folder, { recursive: true });
  const compilerOptions = { ...strictest, ...bundler, experimentalDecorators: name === 'legacy' };
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions }));
}

function folderOf(mode) {
  return join(consumer, mode.replace(', ', '-'));
}

async function checkVersion(version) {
  const tried = consumers.filter(([other]) => other === version).map(([, mode]) => mode);
  const outputs = await Promise.all(tried.map((mode) => compile(version, folderOf(mode))));
  for (const [index, mode] of tried.entries()) report(`TypeScript ${version}, ${mode}`, outputs[index]);
  const problems = await Promise.all(refusals.map((name) => checkRefusals(join(consumer, name), compiler(version))));
  for (const [index, name] of refusals.entries()) report(`TypeScript ${version}, ${name}`, problems[index].join('\n'));
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
