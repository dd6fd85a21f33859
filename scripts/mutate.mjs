// Changes the sources in thousands of ways, and checks whether the tests notice: `npm run mutation`, or for some files
// `npm run mutation -- lib/with-async.ts lib/all.ts`. For each change, the tests that reach it run, the fastest first,
// until one fails. A change that no test notices must be explained in docs/mutants.md.

import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { keep, results as kept } from '../bench/results.mjs';
import { examplesOf, lineAt, root } from './examples.mjs';
import { outdented } from './outdented.mjs';

/** Not a dependency of this package, because it brings many packages, and the gate needs none of them. */
const stryker = '@stryker-mutator/core@9.6.1';

/** The jest projects with the tests of these folders. The unit tests cover all others. */
const projects = { 'lib/eslint': 'rules', 'lib/testing': 'kit' };

const results = join(root, 'node_modules', '.cache', 'mutation');
const [, , ...given] = process.argv;
const files = given.length > 0 ? given : sources();

rmSync(results, { recursive: true, force: true });
mkdirSync(results, { recursive: true });
install();
const explained = explanations();
for (const project of new Set(files.map(projectOf))) {
  const own = files.filter((file) => projectOf(file) === project);
  const changes = changesOf(own, project);
  for (const file of own) report(file, changes.filter(isIn(file)));
}

function isIn(file) {
  return (change) => change.file === file;
}

function sources() {
  const found = readdirSync(join(root, 'lib'), { recursive: true }).filter((file) => file.endsWith('.ts'));
  return found.sort().map((file) => `lib/${file.replaceAll('\\', '/')}`);
}

function projectOf(file) {
  const [, project = 'unit'] = Object.entries(projects).find(([folder]) => file.startsWith(`${folder}/`)) ?? [];
  return project;
}

function install() {
  if (existsSync(join(root, 'node_modules', '@stryker-mutator', 'core'))) return;
  execFileSync('npm', ['install', '--no-save', '--no-audit', '--no-fund', '--ignore-scripts', stryker], {
    cwd: root,
  });
}

/** Whether it went unnoticed without an explanation. */
function isOpen(mutant) {
  return !mutant.isNoticed && !explained.some((explanation) => isExplainedBy(mutant, explanation));
}

/** The result of each change of the sources, with the tests of a project. */
function changesOf(sources, project) {
  const reportFile = join(results, 'mutation.json');
  const environment = {
    MUTATION_PROJECT: project,
    MUTATION_TESTS: join(results, `${project}.json`),
    MUTATION_REPORT: reportFile,
  };
  console.log(`\n${sources.join(', ')}`);
  runStryker(sources, environment);
  const { files } = JSON.parse(readFileSync(reportFile, 'utf8'));
  const found = Object.entries(files).flatMap(([file, { source, mutants }]) =>
    mutants
      .filter(({ status }) => !/Ignored|CompileError/.test(status))
      .map((mutant) => described(file, source, mutant)),
  );
  const passed = found.filter(isOpen);
  for (const { place, original, replacement } of passed) console.log(`\n${place}\n- ${original}\n+ ${replacement}`);
  return found;
}

/** Prints what Stryker says only if it fails: a test doesn't pass on the unchanged sources, for example. */
function runStryker(sources, environment) {
  const { status, stdout } = spawnSync(
    'npx',
    ['stryker', 'run', 'scripts/stryker.config.mjs', '--mutate', sources.join(',')],
    {
      cwd: root,
      env: { ...process.env, MODEL_RUNS: '300', ...environment },
      stdio: ['ignore', 'pipe', 'inherit'],
      encoding: 'utf8',
      maxBuffer: Infinity,
    },
  );
  if (status === 0) return;
  console.error(stdout);
  throw new Error('Stryker failed.');
}

/**
 * A change that never ends counts as noticed, and so does one that ends the tests' process, though that might have
 * another reason.
 */
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

/** Results for other files stay. */
function report(file, mutants) {
  const unnoticed = mutants.filter(({ isNoticed }) => !isNoticed);
  const open = unnoticed.filter(isOpen);
  const idle = explained.filter(
    (explanation) => explanation.file === file && !unnoticed.some((mutant) => isExplainedBy(mutant, explanation)),
  );
  const counts = { mutants: mutants.length, killed: mutants.length - unnoticed.length, unexplained: open.length };
  const others = Object.entries(Object.values(kept().mutation ?? {})[0]?.files ?? {});
  const still = others.filter(([name]) => existsSync(join(root, name)));
  keep('mutation', { files: { ...Object.fromEntries(still), [file]: counts } });
  for (const { key, crash } of mutants.filter(({ crash }) => crash)) console.log(`Ends the tests: ${key}: ${crash}`);
  for (const { key } of open) console.error(`Not explained: ${key}`);
  for (const { original, replacement } of idle)
    console.error(`Explanation without an unnoticed change: ${file} ${original} → ${replacement}`);
  if (open.length + idle.length > 0) process.exitCode = 1;
}
