// Runs the conformance suite on the packed package: imported and required, with `using` lowered by each compiler unless
// the runtime has it. By default it uses this Node. With --all, it uses every supported runtime that can be installed
// here, also after SES has locked down the language, and compiled for older targets by each compiler. With --keep, it
// records the results for docs/proof.md.

import { execFile, spawn } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { promisify } from 'node:util';
import { transformSync as babel } from '@babel/core';
import { chromium } from '@playwright/test';
import { buildSync, transformSync as esbuild } from 'esbuild';
import ts from 'typescript';
import { keep } from '../bench/results.mjs';
import { compilers } from './compilers.mjs';
import { root } from './examples.mjs';
import { installPackage } from './pack.mjs';
import { runtimes } from './runtimes.mjs';

const run = promisify(execFile);

/** If the runtime can, `require` returns the ES module, so the CommonJS copy is tested separately. */
const kinds = { import: 'run.mjs', require: 'run.cjs', CommonJS: 'run.common.cjs' };

const isAll = process.argv.includes('--all');
const isKept = process.argv.includes('--keep');
const chromiumPath = process.env['CHROMIUM'] ?? '/usr/bin/chromium';
const folder = mkdtempSync(join(tmpdir(), 'conformance-'));
const rows = [];
try {
  installPackage(folder);
  writeFileSync(join(folder, 'package.json'), '{ "type": "module", "dependencies": { "withal": "*" } }');
  writeSuite();
  for (const [name, answers, refusals] of isAll ? [...(await everywhere()), ...restricted()] : here())
    rows.push(report(name, await answers(), refusals));
} finally {
  rmSync(folder, { recursive: true });
}
// If nothing ran, nothing failed; that isn't a success.
if (rows.length === 0) process.exitCode = 1;
if (isKept && !process.exitCode) keep('runtimes', { date: new Date().toISOString().slice(0, 10), rows });

function here() {
  return byKind(`Node ${process.versions.node}`, process.execPath);
}

function byKind(name, program) {
  return Object.entries(kinds).map(([kind, file]) => [`${name}, ${kind}`, () => answersOf(program, [file])]);
}

async function everywhere() {
  const programs = { ...(await runtimes()), Chromium: existsSync(chromiumPath) ? chromiumPath : undefined };
  return Object.entries(programs).flatMap(([name, program]) => {
    if (program) return onRuntime(name, program);
    miss(name);
    return [];
  });
}

/** On this Node, with less of the language. A consumer compiles its own code, or everything that it bundles. */
function restricted() {
  const [major] = process.versions.node.split('.');
  const compiled = Object.entries(compilers).flatMap(([name, compiler]) => {
    const row = (title, isAll) => [
      `Node ${major}, ${title}`,
      async () => ({ ...(await answersOfCompiled(title, compiler.compile, isAll)), version: compiler.version }),
      compiler.refusals,
    ];
    return [row(name, false), ...(compiler.isForConsumers ? [] : [row(`${name}, the package too`, true)])];
  });
  return [[`Node ${major}, SES`, answersOfSes], ...compiled];
}

/** Reports what can't be installed. Results that are kept must be complete. */
function miss(name) {
  console.log(`Not run on ${name}: it isn't installed, or can't be installed here.`);
  if (isKept) process.exitCode = 1;
}

function onRuntime(name, program) {
  if (name === 'Chromium') return [[`${name}, import`, answersOfChromium]];
  if (name === 'workerd') return [[`${name}, bundled`, () => answersOfWorkerd(program)]];
  if (name !== 'Deno') return byKind(name, program);
  return [[`${name}, import`, () => answersOf(program, ['run', '--no-remote', '--allow-all', 'run.mjs'])]];
}

// The programs

function writeSuite() {
  cpSync(join(root, 'conformance'), folder, { recursive: true });
  const source = readFileSync(join(root, 'conformance', 'using.ts'), 'utf8');
  const compiled = (target) =>
    ts.transpileModule(source, { compilerOptions: { target, module: ts.ModuleKind.ESNext } }).outputText;
  const native = compiled(ts.ScriptTarget.ESNext);
  const forms = {
    native,
    typescript: compiled(ts.ScriptTarget.ES2022),
    esbuild: esbuild(native, { target: 'es2022' }).code,
    babel: babel(native, { configFile: false, plugins: ['@babel/plugin-transform-explicit-resource-management'] }).code,
  };
  for (const [form, code] of Object.entries(forms)) writeFileSync(join(folder, `using.${form}.mjs`), code);
}

// The runtimes

async function answersOf(program, args) {
  const { stdout } = await run(program, args, { cwd: folder, timeout: 60_000 });
  const { stdout: version } = await run(program, ['--version']);
  return { version: /\d+\.\d+\.\d+/.exec(version)?.[0], ...JSON.parse(stdout) };
}

async function answersOfSes() {
  symlinkSync(join(root, 'node_modules', 'ses'), join(folder, 'node_modules', 'ses'));
  const { version } = JSON.parse(readFileSync(join(root, 'node_modules', 'ses', 'package.json'), 'utf8'));
  return { ...(await answersOf(process.execPath, ['run.ses.mjs'])), version };
}

async function answersOfCompiled(title, compile, isAll) {
  const target = join(folder, title.replaceAll(/\W+/g, '-'));
  mkdirSync(target);
  for (const name of readdirSync(folder).filter((name) => name.endsWith('.mjs')))
    cpSync(join(folder, name), join(target, name));
  const installed = join('node_modules', 'withal');
  if (isAll) {
    for (const part of ['package.json', 'dist'])
      cpSync(join(folder, installed, part), join(target, installed, part), { recursive: true });
  }
  // The file that starts the suite has a top-level await, which older targets don't have.
  const isCompiled = (path) => /\.m?js$/.test(path) && !path.startsWith('run.');
  for (const path of readdirSync(target, { recursive: true }).filter(isCompiled)) {
    const file = join(target, path);
    writeFileSync(file, compile(readFileSync(file, 'utf8')));
  }
  return answersOf(process.execPath, [join(target, 'run.mjs')]);
}

async function answersOfWorkerd(program) {
  buildSync({
    entryPoints: [join(folder, 'worker.mjs')],
    outfile: join(folder, 'worker.bundle.mjs'),
    bundle: true,
    format: 'esm',
    target: 'esnext',
    keepNames: true,
    external: ['node:*'],
    logLevel: 'error',
  });
  const child = spawn(program, ['serve', 'worker.capnp', '--control-fd=3'], {
    cwd: folder,
    stdio: ['ignore', 'inherit', 'inherit', 'pipe'],
  });
  try {
    const response = await fetch(`http://127.0.0.1:${await portOf(child.stdio[3])}/`);
    const { stdout: version } = await run(program, ['--version']);
    return { version: /[\d-]{10}/.exec(version)?.[0], ...(await response.json()) };
  } finally {
    child.kill();
  }
}

/** workerd reports the port on which it listens. */
async function portOf(control) {
  let said = '';
  for await (const chunk of control) {
    said += chunk;
    const [, port] = /"port":(\d+)/.exec(said) ?? [];
    if (port) return port;
  }
  throw new Error(`workerd does not listen: ${said}`);
}

/** A page that imports the package by an import map. */
async function answersOfChromium() {
  const server = createServer(serve).listen(0);
  const browser = await chromium.launch({
    executablePath: chromiumPath,
    args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking'],
  });
  try {
    const page = await browser.newPage();
    await page.goto(`http://localhost:${server.address().port}/`);
    const answers = await page.evaluate(`(async () => {
      const { all, hasUsing } = await import('/all.mjs');
      return { hasUsing, results: await all(await import('withal'), await import('withal/fp')) };
    })()`);
    return { version: browser.version(), ...answers };
  } finally {
    await browser.close();
    server.close();
  }
}

async function serve({ url }, response) {
  if (url === '/') {
    const dist = '/node_modules/withal/dist';
    const map = JSON.stringify({ imports: { withal: `${dist}/index.js`, 'withal/fp': `${dist}/fp/index.js` } });
    return response.writeHead(200, { 'Content-Type': 'text/html' }).end(`<script type="importmap">${map}</script>`);
  }
  try {
    const file = await readFile(join(folder, url));
    response.writeHead(200, { 'Content-Type': 'text/javascript' }).end(file);
  } catch {
    response.writeHead(404).end();
  }
}

// The results

function report(name, { version, hasUsing, results }, refusals = {}) {
  const refused = results.filter(([title, problem]) => refusals[title]?.test(problem));
  const stale = Object.keys(refusals).filter((title) => !refused.some(([other]) => other === title));
  const problems = [
    ...results.filter((result) => result[1] && !refused.includes(result)),
    ...stale.map((title) => [title, 'it is not refused anymore']),
  ];
  const using = hasUsing ? 'its own' : 'lowered by TypeScript, esbuild and Babel';
  console.log(
    `${problems.length > 0 ? '✘' : '✔'} ${name} (${version}; using: ${using}): ${results.length} cases${refused.length > 0 ? `, ${refused.length} refused` : ''}`,
  );
  for (const [title, problem] of problems) console.error(`  ${title}: ${problem}`);
  // Running no cases wouldn't be a problem otherwise.
  if (problems.length > 0 || results.length < 25) process.exitCode = 1;
  return {
    name,
    version,
    using,
    cases: results.length,
    ...(refused.length > 0 && { refused: refused.map(([title]) => title) }),
  };
}
