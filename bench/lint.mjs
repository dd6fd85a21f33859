// What all rules of withal/eslint cost together: the CPU time for each 1,000 lines of code that uses withal, and its
// ratio to parsing the same code. Run it with `npm run bench:lint`.

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { Linter } from 'eslint';
import tseslint from 'typescript-eslint';
import withal from 'withal/eslint';
import { keep } from './results.mjs';

const rounds = 25;
const root = new URL('..', import.meta.url).pathname;
const files = ['docs', '__tests__'].flatMap((folder) =>
  readdirSync(join(root, folder), { recursive: true })
    .filter((name) => name.endsWith('.ts') && !name.startsWith('api'))
    .map((name) => join(root, folder, name)),
);
const texts = files.map((file) => readFileSync(file, 'utf8')).filter((text) => text.includes('withal'));
const lines = texts.reduce((sum, text) => sum + text.split('\n').length, 0);

/** All rules as one, so that a file needs only one time measurement. */
const rules = Object.values(withal.rules);
let spent = 0;
const all = {
  meta: {
    hasSuggestions: true,
    fixable: 'code',
    messages: Object.assign({}, ...rules.map(({ meta }) => meta.messages)),
  },
  create: (context) => ({
    'Program:exit'(node) {
      spent += timeOf(() => {
        for (const rule of rules) rule.create(context)['Program:exit'](node);
      });
    },
  }),
};

const linter = new Linter();
const config = {
  files: ['**/*.ts'],
  languageOptions: { parser: tseslint.parser },
  plugins: { withal: { rules: { all } } },
  rules: { 'withal/all': 'error' },
};

// The engine hasn't warmed up in the first rounds.
const measured = Array.from({ length: rounds }, round).slice(5);
const times = quartiles(measured.map(({ linting }) => (linting / lines) * 1000));
const ratios = quartiles(measured.map(({ linting, parsing }) => linting / parsing));
console.log(`${lines} lines in ${texts.length} files`);
console.log(`${times.median.toFixed(1)} ms for 1,000 lines (${shown(times)}), goal <= 40`);
console.log(`${ratios.median.toFixed(2)} of parsing them (${shown(ratios)})`);
keep('lint', { lines, ...times, ratio: ratios.median });

/** Each round measures both, so that anything that slows down the machine slows down both. */
function round() {
  spent = 0;
  let parsing = 0;
  for (const text of texts) {
    parsing += timeOf(() =>
      tseslint.parser.parseForESLint(text, { range: true, loc: true, tokens: true, comment: true }),
    );
    linter.verify(text, config, { filename: 'file.ts' });
  }
  return { linting: spent, parsing };
}

function timeOf(work) {
  const start = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(start);
  return (user + system) / 1000;
}

function shown({ lower, upper }) {
  return `${lower.toFixed(2)} - ${upper.toFixed(2)}`;
}

function quartiles(values) {
  const sorted = values.toSorted((one, other) => one - other);
  const [lower, median, upper] = [1, 2, 3].map((quarter) => sorted[Math.floor((quarter * sorted.length) / 4)]);
  return { lower, median, upper };
}
