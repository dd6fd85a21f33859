// Changes the sources in thousands of ways, and sees whether the tests notice: `npm run mutation`, or for some files
// `npm run mutation -- lib/with.ts lib/all.ts`. Each change is tried on the tests that are nearest to its file; what these
// let pass is tried on all. It takes an hour or two. A change that no test notices must be explained in docs/mutants.md.

import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import process from 'node:process';
import { keep, results as kept } from '../bench/results.mjs';
import { examplesOf, root } from './examples.mjs';

/** Kept out of the package's own dependencies, for they are many, and the gate needs none of them. */
const stryker = ['@stryker-mutator/core@9.6.1', '@stryker-mutator/jest-runner@9.6.1'];

/** The tests of a file have its name; where others are nearer, they come here. */
const nearest = {
  all: ['all', 'enter'],
  'async-exit-stack': ['async-exit-stack', 'stack', 'tc39'],
  compose: ['enter', 'scope', 'faults'],
  describe: ['describe', 'errors', 'messages'],
  enter: ['enter', 'scope'],
  entry: ['entry', 'with', 'generator', 'enter', 'scope', 'decorator'],
  errors: ['errors', 'failures', 'stack'],
  'exit-stack': ['exit-stack', 'stack', 'tc39'],
  generator: ['generator', 'enter'],
  stack: ['stack', 'async-exit-stack', 'tc39', 'failures', 'enter'],
  with: ['with', 'generator', 'enter'],
};

const results = join(root, 'node_modules', '.cache', 'mutation');
const [, , ...given] = process.argv;
const files = given.length > 0 ? given : sources();

mkdirSync(results, { recursive: true });
install();
const first = files.flatMap((file) => tried([file], (nearest[stem(file)] ?? [stem(file)]).join('|')));
const passed = first.filter(({ isNoticed }) => !isNoticed);
// Other changes of the same places come along, and were noticed before.
const isPassed = ({ key }) => passed.some((other) => other.key === key);
const second = passed.length > 0 ? tried(passed.map(({ place }) => place)).filter(isPassed) : [];
const mutants = [...first.filter(({ isNoticed }) => isNoticed), ...second];
report();

function sources() {
  const found = readdirSync(join(root, 'lib'), { recursive: true }).filter((file) => file.endsWith('.ts'));
  return found.sort().map((file) => `lib/${file.replaceAll('\\', '/')}`);
}

function stem(file) {
  return basename(file, '.ts');
}

function install() {
  if (existsSync(join(root, 'node_modules', '@stryker-mutator', 'jest-runner'))) return;
  execFileSync('npm', ['install', '--no-save', '--no-audit', '--no-fund', '--ignore-scripts', ...stryker], {
    cwd: root,
  });
}

/** Tries all changes of the places on the tests whose names match, or on all tests. */
function tried(places, tests = '') {
  const report = join(results, 'mutation.json');
  console.log(`\n${places.length === 1 ? places[0] : `${places.length} changes`}: ${tests || 'all tests'}`);
  execFileSync('npx', ['stryker', 'run', 'scripts/stryker.config.mjs', '--mutate', places.join(',')], {
    cwd: root,
    env: { ...process.env, MODEL_RUNS: '300', MUTATION_TESTS: tests, MUTATION_REPORT: report },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const { files } = JSON.parse(readFileSync(report, 'utf8'));
  const found = Object.entries(files).flatMap(([file, { source, mutants }]) =>
    mutants
      .filter(({ status }) => !/Ignored|CompileError/.test(status))
      .map((mutant) => described(file, source, mutant)),
  );
  const passed = found.filter(({ isNoticed }) => !isNoticed);
  console.log(`${found.length} changes, of which the tests notice ${found.length - passed.length}`);
  for (const { place, original, replacement } of passed) console.log(`\n${place}\n- ${original}\n+ ${replacement}`);
  return found;
}

/** A change that never ends is noticed, and one that ends the tests' process; for that there might be another reason, though. */
function described(file, source, { location: { start, end }, replacement = '', status, statusReason }) {
  const lines = source.split('\n').slice(start.line - 1, end.line);
  const [line] = lines;
  lines[lines.length - 1] = lines.at(-1).slice(0, end.column - 1);
  lines[0] = lines[0].slice(start.column - 1);
  const place = `${file}:${start.line}:${start.column - 1}-${end.line}:${end.column - 1}`;
  if (status === 'RuntimeError') console.log(`${place} ${replacement}: ${statusReason.trim().split('\n')[0]}`);
  const isNoticed = status !== 'Survived' && status !== 'NoCoverage';
  return { file, place, line, key: `${place} ${replacement}`, original: lines.join('\n'), replacement, isNoticed };
}

/**
 * What docs/mutants.md explains: each of its fences quotes a file, and the list below it has an item
 * `` `the original` → `the replacement`: why nothing can notice `` for each change of the lines.
 */
function explanations() {
  const page = join(root, 'docs', 'mutants.md');
  const lines = readFileSync(page, 'utf8').split('\n');
  return examplesOf(page).flatMap(({ from, code, line }) => {
    const below = lines.slice(line + code.split('\n').length);
    const end = below.findIndex((text) => /^(```|#)/.test(text));
    const items = below.slice(0, end < 0 ? undefined : end).join('\n');
    return [...items.matchAll(/^- `(.+?)` → `(.*?)`: /gm)].map(([, original, replacement]) => ({
      file: from.replace('../', ''),
      lines: code.split('\n').map((text) => text.trim()),
      original,
      replacement,
    }));
  });
}

function isExplainedBy(mutant, { file, lines, original, replacement }) {
  return (
    mutant.file === file &&
    lines.includes(mutant.line.trim()) &&
    inOneLine(mutant.original) === original &&
    inOneLine(mutant.replacement) === replacement
  );
}

function inOneLine(text) {
  return text.trim().replace(/\s+/g, ' ');
}

/** What was found out of other files stays. */
function report() {
  const survivors = mutants.filter(({ isNoticed }) => !isNoticed);
  const known = explanations().filter(({ file }) => files.includes(file));
  const unexplained = survivors.filter((mutant) => !known.some((explanation) => isExplainedBy(mutant, explanation)));
  const idle = known.filter((explanation) => !survivors.some((mutant) => isExplainedBy(mutant, explanation)));
  const counts = { ...Object.values(kept().mutation ?? {})[0]?.files };
  for (const file of files) {
    const own = mutants.filter((mutant) => mutant.file === file);
    counts[file] = {
      mutants: own.length,
      killed: own.filter(({ isNoticed }) => isNoticed).length,
      unexplained: unexplained.filter((mutant) => mutant.file === file).length,
    };
  }
  keep('mutation', { files: counts });
  console.log(`\n${mutants.length - survivors.length} of ${mutants.length} changes are noticed.`);
  for (const mutant of unexplained) console.error(`Not explained: ${mutant.place} ${inOneLine(mutant.replacement)}`);
  for (const { file, original, replacement } of idle)
    console.error(`Explained, but noticed, or no change: ${file} ${original} → ${replacement}`);
  if (unexplained.length + idle.length > 0) process.exitCode = 1;
}
