// Compares the public types of each entry with its report in reports/; with `--local`, rewrites the reports. Every
// reports/api-extractor*.json is one entry.

import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import process from 'node:process';
import { root } from './examples.mjs';

const options = process.argv.slice(2);

for (const config of readdirSync(new URL('../reports', import.meta.url)).filter((file) =>
  /^api-extractor.*\.json$/.test(file),
))
  execFileSync('api-extractor', ['run', ...options, '-c', `reports/${config}`], { cwd: root, stdio: 'inherit' });
