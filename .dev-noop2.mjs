// What the rules of withal/eslint cost: the processor time that ESLint takes with all of them, less what it takes to parse
// the same files, for each 1,000 lines. Run it with `npm run bench:lint`.

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { Linter } from 'eslint';
import tseslint from 'typescript-eslint';
import withal from 'withal/eslint';
import { keep } from './bench/results.mjs';

const rounds = 15;
const root = new URL('.', import.meta.url).pathname;
const files = ['docs', '__tests__'].flatMap((folder) =>
  readdirSync(join(root, folder), { recursive: true })
    .filter((name) => name.endsWith('.ts') && !name.startsWith('api'))
    .map((name) => join(root, folder, name)),
);
const texts = files.map((file) => readFileSync(file, 'utf8')).filter((text) => text.includes('withal'));
const lines = texts.reduce((sum, text) => sum + text.split('\n').length, 0);

const linter = new Linter();
const base = { files: ['**/*.ts'], languageOptions: { parser: tseslint.parser } };
const configs = { parsed: { ...base, plugins: { n: { rules: { n: { create: () => ({ 'Program:exit'() {} }) } } } }, rules: { 'n/n': 'error' } }, linted: { ...base, ...withal.configs.strict } };

const measured = Array.from({ length: rounds }, round).map(({ parsed, linted }) => ((linted - parsed) / lines) * 1000);
const [lower, median, upper] = quartiles(measured);
console.log(`${lines} lines in ${texts.length} files`);
console.log(`${median.toFixed(1)} ms for 1,000 lines (${lower.toFixed(1)} - ${upper.toFixed(1)}), goal <= 40`);
void ('lint', { lines, median, lower, upper });

/** Both in each round, so that whatever slows the machine down slows both. */
function round() {
  const times = { parsed: 0, linted: 0 };
  for (const text of texts) for (const name of Object.keys(configs)) times[name] += timeOf(text, configs[name]);
  return times;
}

function timeOf(text, config) {
  const start = process.cpuUsage();
  linter.verify(text, config, { filename: 'file.ts' });
  const { user, system } = process.cpuUsage(start);
  return (user + system) / 1000;
}

function quartiles(values) {
  const sorted = values.toSorted((one, other) => one - other);
  return [1, 2, 3].map((quarter) => sorted[Math.floor((quarter * sorted.length) / 4)]);
}
