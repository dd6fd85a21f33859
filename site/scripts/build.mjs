// Builds the site in site/dist: `npm run site` in the root. It installs what this package needs, unless that
// has been done since package.json changed.

import { spawnSync } from 'node:child_process';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { assertBuilt } from '../../scripts/pack.mjs';

const site = fileURLToPath(new URL('..', import.meta.url));

assertBuilt();

if (changed('node_modules/.package-lock.json') < changed('package.json'))
  run('npm', 'install', '--no-audit', '--no-fund');
run('node', 'scripts/build-reference.mjs');
run('node', 'node_modules/vitepress/bin/vitepress.js', 'build');

function changed(name) {
  return statSync(join(site, name), { throwIfNoEntry: false })?.mtimeMs ?? 0;
}

function run(command, ...parameters) {
  const { status } = spawnSync(command, parameters, { cwd: site, stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1);
}
