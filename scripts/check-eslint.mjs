// Runs the built plugin on the labeled snippets: with ESLint 10, with ESLint 9, which it installs once, and with
// oxlint; also as JavaScript. Then it checks what other plugins report for the same lines. docs/lint/README.md shows
// both tables, which must equal the results here.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import js from '@eslint/js';
import { Linter } from 'eslint';
import withoutTypes from 'ts-blank-space';
import tseslint from 'typescript-eslint';
import withal from 'withal/eslint';
import { root } from './examples.mjs';

const folder = join(root, '__tests__', 'eslint', 'snippets');
const snippets = readdirSync(folder)
  .filter((name) => /^\d+.*\.tsx?$/.test(name))
  .map((name) => ({ name, path: join(folder, name), text: readFileSync(join(folder, name), 'utf8') }));

const older = await eslint9();
const tables = [
  table(
    ['', 'right', 'false', 'missed'],
    [
      ['ESLint 10, with types', ...counted('typed', linted(Linter, 'typed'))],
      ['ESLint 10, without', ...counted('untyped', linted(Linter, 'untyped'))],
      ['ESLint 9, with types', ...counted('typed', linted(older, 'typed'))],
      ['ESLint 9, without', ...counted('untyped', linted(older, 'untyped'))],
      ['ESLint 10, JavaScript', ...counted('untyped', lintedAsJavaScript())],
      ['oxlint', ...counted('untyped', oxlinted())],
    ],
  ),
  table(['rule', 'lines', 'eslint:recommended', 'strict-type-checked'], foundByOthers()),
];
const page = readFileSync(join(root, 'docs', 'lint', 'README.md'), 'utf8');
for (const lines of tables) {
  console.log(`${lines.join('\n')}\n`);
  if (!squeezed(page).includes(squeezed(lines.join('\n')))) fail('docs/lint/README.md shows a different table.');
}

/** ESLint 9 isn't a dependency of this package, because it would bring its own `eslint`. */
async function eslint9() {
  const cache = join(root, 'node_modules', '.cache', 'eslint-9');
  if (!existsSync(join(cache, 'node_modules', 'eslint'))) {
    mkdirSync(cache, { recursive: true });
    writeFileSync(join(cache, 'package.json'), '{ "private": true }');
    const args = ['install', '--no-audit', '--no-fund', '--ignore-scripts', 'eslint@9.39.5'];
    execFileSync('npm', args, { cwd: cache, stdio: ['ignore', 'ignore', 'inherit'] });
  }
  return createRequire(join(cache, 'package.json'))('eslint').Linter;
}

/** The lines that are reported, for each snippet. */
function linted(Version, mode) {
  return snippets.map(({ path, text }) => linesOf(messagesOf(Version, mode, withal.configs.strict, path, text)));
}

function linesOf(messages) {
  return messages.map(({ line, ruleId, message }) => `${line} ${ruleId?.replace('withal/', '') ?? message}`);
}

function messagesOf(Version, mode, config, path, text) {
  const parserOptions = mode === 'typed' ? { projectService: true, tsconfigRootDir: folder } : {};
  const languageOptions = { parser: tseslint.parser, parserOptions };
  const configs = [config].flat().map((one) => ({ ...one, files: ['**/*.{ts,tsx}'] }));
  return new Version({ cwd: '/' }).verify(text, [...configs, { files: ['**/*.{ts,tsx}'], languageOptions }], {
    filename: path,
  });
}

/**
 * The snippets without their types, read by ESLint's own parser, except for JSX, and for what only an annotation shows.
 */
function lintedAsJavaScript() {
  return snippets.map(({ name, path, text }) => {
    if (/^(070|304|435|496|497|604|617|675)|x$/.test(name)) return labelsOf(text, 'untyped');
    const config = { ...withal.configs.strict, files: ['**/*.js'] };
    const options = { filename: path.replace(/ts$/, 'js') };
    return linesOf(new Linter({ cwd: '/' }).verify(withoutTypes(text), config, options));
  });
}

/** oxlint reads a config file, and doesn't have types. */
function oxlinted() {
  const temporary = mkdtempSync(join(tmpdir(), 'oxlint-'));
  try {
    const config = join(temporary, '.oxlintrc.json');
    const jsPlugins = [{ name: 'withal', specifier: join(root, 'dist', 'eslint', 'index.js') }];
    const categories = { correctness: 'off' };
    writeFileSync(config, JSON.stringify({ jsPlugins, categories, rules: withal.configs.strict.rules }));
    const { diagnostics } = JSON.parse(outputOf('oxlint', ['-c', config, '--format', 'json', folder]));
    return snippets.map(({ name }) =>
      diagnostics
        .filter(({ filename }) => filename.endsWith(name))
        .map(({ labels, code }) => `${labels[0].span.line} ${/\((.*)\)/.exec(code)[1]}`),
    );
  } finally {
    rmSync(temporary, { recursive: true });
  }
}

/** The exit code isn't 0 if it finds something. */
function outputOf(command, args) {
  try {
    return execFileSync('npx', [command, ...args], { cwd: root, encoding: 'utf8', maxBuffer: 1e8 });
  } catch ({ stdout }) {
    return stdout;
  }
}

function counted(mode, reported) {
  const counts = { right: 0, false: 0, missed: 0 };
  for (const [index, { name, text }] of snippets.entries()) {
    const expected = labelsOf(text, mode);
    const found = [...new Set(reported[index])];
    const wrong = found.filter((one) => !expected.includes(one));
    const missed = expected.filter((one) => !found.includes(one));
    for (const one of [...wrong, ...missed]) fail(`${name}:${one} (${mode})`);
    counts.right += expected.length - missed.length;
    counts.false += wrong.length;
    counts.missed += missed.length;
  }
  assert(counts.right > 0);
  return Object.values(counts);
}

/** `// !rule` on a line, `// !rule:typed` if only types show it. */
function labelsOf(text, mode) {
  return text.split('\n').flatMap((line, index) => {
    const [, labels = ''] = /\/\/ ((?:[!?][\w:-]+ ?)+)$/.exec(line) ?? [];
    return [...labels.matchAll(/!([\w-]+)(?::(\w+))?/g)]
      .filter(([, , only]) => only === undefined || only === mode)
      .map(([, rule]) => `${index + 1} ${rule}`);
  });
}

/**
 * The messages with which other plugins report the same mistake. Anything else that they report there is about
 * something else.
 */
function foundByOthers() {
  const about =
    /^(no-unsafe-finally|require-yield|no-empty|(@typescript-eslint\/)?(no-floating-promises|no-misused-promises|no-unused-vars|no-unused-expressions|await-thenable|switch-exhaustiveness-check))$/;
  const others = [js.configs.recommended, tseslint.configs.strictTypeChecked];
  const found = others.map((config) =>
    snippets.map(({ path, text }) =>
      messagesOf(Linter, 'typed', config, path, text)
        .filter(({ ruleId }) => about.test(ruleId ?? ''))
        .map(({ line, ruleId }) => [line, ruleId]),
    ),
  );
  return Object.keys(withal.rules).map((rule) => {
    const lines = snippets.flatMap(({ text }, index) =>
      labelsOf(text, 'typed').flatMap((label) =>
        label.endsWith(` ${rule}`) ? [[index, Number.parseInt(label, 10)]] : [],
      ),
    );
    return [rule, lines.length, ...found.map((messages) => tally(rule, lines, messages))];
  });
}

/** The number of lines with a report, and the rules that report them. */
function tally(rule, lines, messages) {
  const hits = lines.flatMap(([index, line]) => {
    // An unused variable matters only if it holds a manager.
    const isAbout = (name) => rule === 'no-floating-managers' || !name.endsWith('no-unused-vars');
    const [first] = messages[index].filter(([reported, name]) => reported === line && isAbout(name));
    return first ? [first[1].replace('@typescript-eslint/', '')] : [];
  });
  const rules = [...new Set(hits)].sort();
  return hits.length > 0 ? `${hits.length} (${rules.join(', ')})` : 0;
}

function table(head, rows) {
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`);
}

/** Ignores how the page lays out its tables. */
function squeezed(text) {
  return text.replace(/ +/g, ' ').replace(/-{3,}/g, '---');
}

function fail(message) {
  console.error(`✘ ${message}`);
  process.exitCode = 1;
}
