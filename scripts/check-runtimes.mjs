// Runs the conformance suite on the packed package: imported and required, with `using` as it is where the runtime has it,
// and lowered by each compiler where it has not. On this Node by default; with --all on every runtime that is supported and
// can be had here, and with --keep, too, it writes down for docs/proof.md what came of it.

import { execFile } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { promisify } from 'node:util';
import { transformSync as babel } from '@babel/core';
import { chromium } from '@playwright/test';
import { transformSync as esbuild } from 'esbuild';
import ts from 'typescript';
import { keep } from '../bench/results.mjs';
import { root } from './examples.mjs';
import { installPackage } from './pack.mjs';
import { runtimes } from './runtimes.mjs';

const run = promisify(execFile);

/** What `require` gives is the ES module, where the runtime can require that; so the CommonJS copy is asked by itself. */
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
  for (const [name, answers] of isAll ? await everywhere() : here()) rows.push(report(name, await answers()));
} finally {
  rmSync(folder, { recursive: true });
}
// Nothing that ran would be nothing that failed.
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

/** What can't be installed is said, and not passed over; figures that are kept must be whole. */
function miss(name) {
  console.log(`Not run on ${name}: it can't be installed here, or isn't.`);
  if (isKept) process.exitCode = 1;
}

function onRuntime(name, program) {
  if (name === 'Chromium') return [[`${name}, import`, answersOfChromium]];
  if (name !== 'Deno') return byKind(name, program);
  return [[`${name}, import`, () => answersOf(program, ['run', '--no-remote', '--allow-all', 'run.mjs'])]];
}

// What is run

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

// Where it is run

async function answersOf(program, args) {
  const { stdout } = await run(program, args, { cwd: folder, timeout: 60_000 });
  const { stdout: version } = await run(program, ['--version']);
  return { version: /\d+\.\d+\.\d+/.exec(version)?.[0], ...JSON.parse(stdout) };
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

// What came of it

function report(name, { version, hasUsing, results }) {
  const problems = results.filter(([, problem]) => problem);
  const using = hasUsing ? 'its own' : 'lowered by TypeScript, esbuild and Babel';
  console.log(`${problems.length > 0 ? '✘' : '✔'} ${name} (${version}; using: ${using}): ${results.length} cases`);
  for (const [title, problem] of problems) console.error(`  ${title}: ${problem}`);
  // Without cases there would be no problem either.
  if (problems.length > 0 || results.length < 25) process.exitCode = 1;
  return { name, version, using, cases: results.length };
}
