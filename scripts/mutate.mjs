// Changes the sources in thousands of ways, and sees whether the tests notice: `npm run mutation`, or for some files
// `npm run mutation -- lib/with-async.ts lib/all.ts`. Each change is tried on the tests that are nearest to its file; what these
// let pass is tried on all. It takes an hour or two. A change that no test notices must be explained in docs/mutants.md.

import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import process from 'node:process';
import { keep, results as kept } from '../bench/results.mjs';
import { examplesOf, lineAt, root } from './examples.mjs';
import { outdented } from './outdented.mjs';

/** Kept out of the package's own dependencies, for they are many, and the gate needs none of them. */
const stryker = ['@stryker-mutator/core@9.6.1', '@stryker-mutator/jest-runner@9.6.1'];

/** The tests of a file have its name; where others are nearer, they come here. */
const nearest = {
  adapt: ['adapt', 'with', 'context-manager', 'enter', 'context-decorator'],
  all: ['all', 'enter'],
  'async-exit-stack': ['exit-stack', 'tc39'],
  compose: ['compose', 'enter', 'scope', 'faults'],
  decorate: ['context-decorator'],
  define: ['error', 'exit-stack'],
  describe: ['describe', 'join', 'messages'],
  enter: ['enter', 'scope'],
  'error-class': ['error'],
  'error-fields': ['join', 'is-abort', 'failures'],
  'exit-stack': ['exit-stack', 'tc39'],
  generator: ['context-manager', 'enter'],
  'is-abort': ['is-abort', 'timeout', 'aclosing'],
  join: ['join', 'failures', 'exit-stack'],
  manager: ['context-manager', 'enter', 'all'],
  'on-abort': ['on-abort', 'timeout', 'aclosing'],
  'owned-source': ['aclosing', 'interleavings'],
  run: ['with', 'context-manager', 'enter', 'scope', 'context-decorator'],
  scope: ['scope'],
  'signal-option': ['aclosing', 'timeout'],
  signature: ['context-manager', 'context-decorator'],
  source: ['aclosing', 'interleavings'],
  stack: ['exit-stack', 'tc39'],
  unwind: ['exit-stack', 'tc39', 'failures', 'enter'],
  watched: ['aclosing', 'interleavings'],
};

const results = join(root, 'node_modules', '.cache', 'mutation');
const [, , ...given] = process.argv;
const files = given.length > 0 ? given : sources();

mkdirSync(results, { recursive: true });
install();
const explained = explanations();
for (const file of files) report(file, changesOf(file));

function sources() {
  const found = readdirSync(join(root, 'lib'), { recursive: true }).filter((file) => file.endsWith('.ts'));
  return found.sort().map((file) => `lib/${file.replaceAll('\\', '/')}`);
}

function stem(file) {
  return basename(file, '.ts');
}

/** The sync and the async form share their tests. */
function word(file) {
  return stem(file).replace(/async-|-a?sync$/, '');
}

function install() {
  if (existsSync(join(root, 'node_modules', '@stryker-mutator', 'jest-runner'))) return;
  execFileSync('npm', ['install', '--no-save', '--no-audit', '--no-fund', '--ignore-scripts', ...stryker], {
    cwd: root,
  });
}

/** What became of each change of the file. Others of the same places come along to all tests: they were noticed before. */
function changesOf(file) {
  const found = tried([file], (nearest[stem(file)] ?? [word(file)]).join('|'));
  const open = found.filter(isOpen);
  if (open.length === 0) return found;
  const again = tried(open.map(({ place }) => place));
  return found.map((mutant) => (open.includes(mutant) ? again.find(({ key }) => key === mutant.key) : mutant));
}

/** Whether it went unnoticed, and nobody has said why. */
function isOpen(mutant) {
  return !mutant.isNoticed && !explained.some((explanation) => isExplainedBy(mutant, explanation));
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
  lines[lines.length - 1] = lines.at(-1).slice(0, end.column - 1);
  lines[0] = lines[0].slice(start.column - 1);
  const place = `${file}:${start.line}:${start.column - 1}-${end.line}:${end.column - 1}`;
  const isNoticed = status !== 'Survived' && status !== 'NoCoverage';
  const crash = status === 'RuntimeError' ? statusReason?.trim().split('\n')[0] : undefined;
  const key = `${place} ${replacement}`;
  return { file, place, line: start.line, key, original: lines.join('\n'), replacement, isNoticed, crash };
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
    const file = from.replace('../', '');
    const source = outdented(readFileSync(join(root, file), 'utf8'));
    const first = lineAt(source, source.indexOf(outdented(code)));
    const last = first + code.trim().split('\n').length - 1;
    return [...items.matchAll(/^- `(.+?)` → `(.*?)`: /gm)].map(([, original, replacement]) => ({
      file,
      first,
      last,
      original,
      replacement,
    }));
  });
}

function isExplainedBy(mutant, { file, first, last, original, replacement }) {
  return (
    mutant.file === file &&
    mutant.line >= first &&
    mutant.line <= last &&
    inOneLine(mutant.original) === original &&
    inOneLine(mutant.replacement) === replacement
  );
}

function inOneLine(text) {
  return text.trim().replace(/\s+/g, ' ');
}

/** What was found out of other files stays. */
function report(file, mutants) {
  const unnoticed = mutants.filter(({ isNoticed }) => !isNoticed);
  const open = unnoticed.filter(isOpen);
  const idle = explained.filter(
    (explanation) => explanation.file === file && !unnoticed.some((mutant) => isExplainedBy(mutant, explanation)),
  );
  const counts = { mutants: mutants.length, killed: mutants.length - unnoticed.length, unexplained: open.length };
  const others = Object.values(kept().mutation ?? {})[0]?.files;
  keep('mutation', { files: { ...others, [file]: counts } });
  for (const { key, crash } of mutants.filter(({ crash }) => crash)) console.log(`Ends the tests: ${key}: ${crash}`);
  for (const { key } of open) console.error(`Not explained: ${key}`);
  for (const { original, replacement } of idle)
    console.error(`Explained, but noticed, or no change: ${file} ${original} → ${replacement}`);
  if (open.length + idle.length > 0) process.exitCode = 1;
}
