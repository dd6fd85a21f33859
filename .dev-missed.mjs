// Lints code that nobody here wrote, as a measure of false alarms. In a folder of repositories it takes the fixtures of
// Playwright and Vitest (`async ({ db }, use) => { …; await use(tx); … }`) and the resources of Effection
// (`resource(function* (provide) { …; yield* provide(tx); … })`), writes them as managers, and prints what the rules say of
// them, with the source, to be read. Run it with `node scripts/lint-corpus.mjs folder`, after a build.

import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import process from 'node:process';
import { readdirSync } from 'node:fs';
import { Linter } from 'eslint';
import ts from 'typescript';
import tseslint from 'typescript-eslint';
import withal from '/tmp/w/eslint/dist/eslint/index.js';

const [, , folder, ...flags] = process.argv;
const isQuiet = flags.includes('--quiet');
const linter = new Linter();
const counts = { repositories: 0, files: 0, lines: 0, managers: 0, skipped: 0, reports: {} };
for (const repository of repositoriesIn(folder)) lintRepository(repository);
console.log(JSON.stringify(counts, null, 2));

/** Git directories, with or without a work tree. */
function repositoriesIn(root) {
  return readdirSync(root).flatMap((name) =>
    ['repo', '.git', '.'].map((part) => join(root, name, part)).filter(isRepository).slice(0, 1),
  );
}

function isRepository(path) {
  try {
    return git(path, 'rev-parse', '--git-dir') !== '';
  } catch {
    return false;
  }
}

function git(repository, ...args) {
  return execFileSync('git', ['-C', repository, ...args], {
    encoding: 'utf8',
    maxBuffer: 1e9,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
}

function lintRepository(repository) {
  const found = filesIn(repository).flatMap((file) => managersOf(git(repository, 'show', `HEAD:${file}`), file));
  if (found.length === 0) return;
  counts.repositories += 1;
  for (const { file, text, managers, skipped } of found) {
    counts.files += 1;
    counts.lines += text.split('\n').length;
    counts.managers += managers;
    counts.skipped += skipped;
    const all = lint(text, file);
    const src = ts.createSourceFile('x.tsx', text, ts.ScriptTarget.Latest, true);
    const v = (n) => { if (ts.isFunctionExpression(n) && n.name?.text === 'fixture') { 
      const a = src.getLineAndCharacterOfPosition(n.getStart()).line + 1, b = src.getLineAndCharacterOfPosition(n.end).line + 1;
      const t = n.getText();
      const lastYield = [...t.matchAll(/\byield\b(?!\*)/g)].at(-1);
      let y; const f = (m) => { if (ts.isYieldExpression(m)) y = m; if (!ts.isFunctionLike(m) || m === n) ts.forEachChild(m, f); }; f(n);
      let st = y; while (st && !(ts.isBlock(st.parent) )) st = st.parent;
      const rest = st ? text.slice(st.end, n.end) : '';
      if (/\w\(/.test(rest) && !all.some((m) => m.line >= a && m.line <= b)) console.log('\n--- ' + repository + ' ' + file + ':' + a + '\n' + t);
    } ts.forEachChild(n, v); }; v(src);
  }
}

function filesIn(repository) {
  try {
    return git(repository, 'grep', '-lE', String.raw`await use\(|yield\* provide\(`, 'HEAD', '--', '*.ts', '*.tsx', '*.mts', '*.js', '*.mjs')
      .split('\n')
      .filter((line) => line && !/node_modules|\/dist\/|\.d\.ts$/.test(line))
      .map((line) => line.slice('HEAD:'.length));
  } catch {
    return [];
  }
}

function lint(text, file) {
  const rules = Object.fromEntries(Object.keys(withal.rules).map((name) => [`withal/${name}`, 'error']));
  const languageOptions = { parser: tseslint.parser, parserOptions: { ecmaFeatures: { jsx: true } } };
  const config = { files: ['**/*.{ts,tsx,mts}'], plugins: { withal }, rules, languageOptions, linterOptions: { noInlineConfig: true } };
  const messages = linter.verify(text, [config], { filename: file.replace(/\.(js|mjs)$/, '.ts') });
  // That an inline configuration was ignored, it says too.
  return messages.filter(({ ruleId, fatal }) => ruleId ?? fatal);
}

function show(repository, file, text, { ruleId, line, message }) {
  counts.reports[ruleId] = (counts.reports[ruleId] ?? 0) + 1;
  if (isQuiet) return;
  const lines = text.split('\n').slice(Math.max(0, line - 16), line + 4);
  console.log(`\n=== ${repository} ${file}:${line} ${ruleId}\n${message}`);
  console.log(lines.map((content, index) => `${index === Math.min(15, line - 1) ? '>' : ' '} ${content}`).join('\n'));
}

/** The text with each fixture and resource written as a manager, every line where it was. */
function managersOf(text, file) {
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
  const edits = [];
  let managers = 0;
  let skipped = 0;
  const visit = (node) => {
    const rewritten = ts.isFunctionLike(node) && node.body ? managerOf(node) : undefined;
    if (rewritten === 'nested') skipped += 1;
    else if (rewritten) {
      managers += 1;
      edits.push(...rewritten);
      return;
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  if (managers === 0) return [];
  return [{ file, text: `import { asyncContextManager } from 'withal';${edited(text, edits)}`, managers, skipped }];
}

/** The edits that make a manager of a fixture; `nested` if it calls `use` in a callback, as no generator can. */
function managerOf(node) {
  const use = node.parameters.find(({ name }) => /^(use|provide)$/.test(name.getText()));
  if (!use || !ts.isBlock(node.body) || !(ts.isArrowFunction(node) || ts.isFunctionExpression(node))) return undefined;
  const name = use.name.getText();
  const calls = callsOf(name, node.body);
  const all = [...node.body.getText().matchAll(new RegExp(String.raw`\b${name}\b`, 'g'))].length;
  if (calls.own.length === 0 || calls.own.length < all) return 'nested';
  const others = node.parameters.filter((parameter) => parameter !== use).map((parameter) => parameter.getText());
  const breaks = node.getSourceFile().text.slice(node.getStart(), node.body.getStart()).replace(/[^\n]/g, '');
  const head = `asyncContextManager(async function* fixture(${others.join(', ')}) ${breaks}`.replace(/\n(?=.*\n)/g, ' ');
  const lost = lineBreaks(node.getSourceFile().text.slice(node.getStart(), node.body.getStart())) - lineBreaks(head);
  return [
    { start: node.getStart(), end: node.body.getStart(), text: head + '\n'.repeat(Math.max(0, lost)) },
    ...calls.own.map((call) => yieldFor(call)),
    ...calls.operations.map((operation) => ({ start: operation.getStart(), end: operation.expression.getStart(), text: 'await ' })),
    { start: node.body.end, end: node.body.end, text: ')' },
  ];
}

function lineBreaks(text) {
  return text.split('\n').length - 1;
}

/** The calls in the function's own code; and, of a resource, the operations that it waits for. */
function callsOf(name, body) {
  const own = [];
  const operations = [];
  const visit = (node) => {
    if (ts.isFunctionLike(node)) return;
    if (ts.isCallExpression(node) && node.expression.getText() === name) own.push(node);
    else if (ts.isYieldExpression(node) && node.asteriskToken && !node.expression.getText().startsWith(`${name}(`))
      operations.push(node);
    ts.forEachChild(node, visit);
  };
  visit(body);
  return { own, operations };
}

/** `yield value` for `await use(value)` */
function yieldFor(call) {
  const around = ts.isAwaitExpression(call.parent) || ts.isYieldExpression(call.parent) ? call.parent : call;
  const value = call.arguments.map((argument) => argument.getText()).join(', ');
  const isStatement = ts.isExpressionStatement(around.parent);
  return { start: around.getStart(), end: around.end, text: isStatement ? `yield ${value}` : `(yield ${value})` };
}

/** Edits within edits are dropped: what a `use(…)` is given is kept as it is. */
function edited(text, edits) {
  const backwards = edits.toSorted((one, other) => other.start - one.start || other.end - one.end);
  return backwards.reduce((done, { start, end, text: put }) => done.slice(0, start) + put + done.slice(end), text);
}
