// Lints other people's code, to measure false alarms. In a folder of repositories, it finds functions that are managers
// in all but name, rewrites them as managers, and prints what the rules report, with the source, for you to read:
//
// - fixtures of Playwright and Vitest: `async ({ db }, use) => { …; await use(tx); … }`
// - resources of Effection: `resource(function* (provide) { …; yield* provide(tx); … })`
// - functions that run a callback in something: `async function withClient(pool, callback) { …; await callback(client); … }`
//
// Run it with `npm run build && node scripts/lint-corpus.mjs folder`.

import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { Linter } from 'eslint';
import ts from 'typescript';
import tseslint from 'typescript-eslint';
import withal from 'withal/eslint';

// Files that may contain some.
const pattern = String.raw`await use\(|yield\* provide\(|\b(with|using|runIn|runWith)[A-Z]\w*\b.*[(<]`;

// Usual parameter names for a block.
const callbacks = /^(action|block|body|callback|cb|closure|executor|f|fn|func|op|operation|run|task|test|work)$/;

const [, , folder, ...flags] = process.argv;
const linter = new Linter();
const counts = { repositories: 0, files: 0, lines: 0, managers: 0, blocks: 0, skipped: 0, reports: {} };
for (const repository of repositoriesIn(folder)) lintRepository(repository);
console.log(JSON.stringify(counts, null, 2));

/** Git directories, with or without a work tree. */
function repositoriesIn(root) {
  return readdirSync(root).flatMap((name) => ['repo', '.'].map((part) => join(root, name, part)).filter(isRepository));
}

function isRepository(path) {
  return git(path, 'rev-parse', '--git-dir') !== '';
}

function git(repository, ...args) {
  try {
    const options = { encoding: 'utf8', maxBuffer: 1e9, stdio: ['ignore', 'pipe', 'ignore'] };
    return execFileSync('git', ['-C', repository, ...args], options);
  } catch {
    return '';
  }
}

function lintRepository(repository) {
  const found = filesIn(repository).flatMap((file) => managersOf(git(repository, 'show', `HEAD:${file}`), file));
  if (found.length > 0) counts.repositories += 1;
  for (const { file, text, managers, blocks, skipped } of found) {
    counts.files += 1;
    counts.lines += text.split('\n').length;
    counts.managers += managers;
    counts.blocks += blocks;
    counts.skipped += skipped;
    for (const message of lint(text, file)) show(repository, file, text, message);
  }
}

function filesIn(repository) {
  const names = git(repository, 'grep', '-lE', pattern, 'HEAD', '--', '*.ts', '*.tsx', '*.mts', '*.js', '*.mjs');
  return names
    .split('\n')
    .filter((line) => line && !/node_modules|\/dist\/|\.min\.|\.d\.m?ts$/.test(line))
    .map((line) => line.slice('HEAD:'.length));
}

function lint(text, file) {
  const rules = Object.fromEntries(Object.keys(withal.rules).map((name) => [`withal/${name}`, 'error']));
  const languageOptions = { parser: tseslint.parser, parserOptions: { ecmaFeatures: { jsx: /[jx]s?$/.test(file) } } };
  const linterOptions = { noInlineConfig: true };
  const config = { files: ['**/*.{ts,tsx,mts}'], plugins: { withal }, rules, languageOptions, linterOptions };
  const messages = linter.verify(text, [config], { filename: file.replace(/\.m?jsx?$/, '.tsx') });
  // It also reports inline configurations that it ignored.
  return messages.filter(({ ruleId, fatal }) => ruleId ?? fatal);
}

function show(repository, file, text, { ruleId, line, message }) {
  counts.reports[ruleId] = (counts.reports[ruleId] ?? 0) + 1;
  if (flags.includes('--quiet')) return;
  const first = Math.max(0, line - 21);
  const lines = text.split('\n').slice(first, line + 5);
  console.log(`\n=== ${repository} ${file}:${line} ${ruleId}\n${message}`);
  console.log(lines.map((content, index) => `${first + index + 1 === line ? '>' : ' '} ${content}`).join('\n'));
}

/** The text, with such functions rewritten as managers, and their calls as blocks. */
function managersOf(text, file) {
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
  const found = { file, managers: 0, skipped: 0, blocks: 0 };
  const edits = [];
  const managers = new Map();
  each(source, (node) => {
    const rewritten = ts.isFunctionLike(node) && node.body ? rewriteOf(node) : undefined;
    if (rewritten === 'nested') found.skipped += 1;
    if (!Array.isArray(rewritten)) return;
    found.managers += 1;
    edits.push(...rewritten);
    managers.set(nameOf(node), { isAsync: isAsync(node), count: node.parameters.length });
  });
  each(source, (node) => {
    const block = ts.isCallExpression(node) ? blockOf(node, managers) : [];
    found.blocks += Math.sign(block.length);
    edits.push(...block);
  });
  const head = "import { asyncContextManager, contextManager, withAsync, withSync } from 'withal';";
  return found.managers > 0 ? [{ ...found, text: `${head} ${edited(text, edits).replace(/^#!/, '//')}` }] : [];
}

function each(node, visit) {
  visit(node);
  ts.forEachChild(node, (child) => each(child, visit));
}

/** `withClient(pool, callback)` becomes `withAsync(withClient(pool), callback)`. */
function blockOf(call, managers) {
  const { expression, arguments: given } = call;
  const name = expression.getText().replace(/^this\./, '');
  const manager = managers.get(name);
  const body = given.at(-1);
  if (!name || !manager || !body || given.length > manager.count) return [];
  const before = given.at(-2)?.end ?? given.pos;
  return [
    { start: call.getStart(), end: call.getStart(), text: manager.isAsync ? 'withAsync(' : 'withSync(' },
    { start: before, end: body.getStart(), text: '), ' },
  ];
}

/**
 * The edits that turn a function into a manager; `nested`, if it calls its block in a callback, which a generator
 * can't.
 */
function rewriteOf(node) {
  const given = node.parameters.find((parameter) => isGivenBlock(parameter, node));
  if (!given || !ts.isBlock(node.body) || ts.isObjectLiteralExpression(node.parent)) return undefined;
  if (callbacks.test(given.name.text) && given !== node.parameters.at(-1)) return undefined;
  const calls = callsOf(given.name.text, node.body);
  if (calls.all !== calls.own.length) return calls.all > 0 ? 'nested' : undefined;
  if (calls.own.length === 0 || (!isAsync(node) && /Promise|\bthen\(/.test(node.getText()))) return undefined;
  return [
    { start: node.getStart(), end: node.body.getStart(), text: headOf(node, given) },
    ...calls.own.map(yieldFor),
    ...calls.operations.map((one) => ({ start: one.getStart(), end: one.expression.getStart(), text: 'await ' })),
    {
      start: node.body.end,
      end: node.body.end,
      text: ts.isFunctionDeclaration(node) || ts.isMethodDeclaration(node) ? ');' : ')',
    },
  ];
}

function isGivenBlock({ name, dotDotDotToken }, node) {
  if (!ts.isIdentifier(name) || dotDotDotToken) return false;
  // In a fixture it's the second parameter. Elsewhere, a first parameter of that name reads an observable.
  if (name.text === (node.parameters[0].name === name ? 'provide' : 'use')) return isFunctionValue(node);
  return callbacks.test(name.text) && /^(with|using|runIn|runWith)[A-Z]/.test(nameOf(node));
}

function isFunctionValue(node) {
  return ts.isArrowFunction(node) || ts.isFunctionExpression(node);
}

function nameOf(node) {
  const { name = ts.isVariableDeclaration(node.parent) ? node.parent.name : undefined } = node;
  return name && ts.isIdentifier(name) ? name.text : '';
}

/** `export async function withClient<T>(pool: Pool, callback: …): Promise<T>` becomes `export const withClient = …`. */
function headOf(node, given) {
  const others = node.parameters.filter((parameter) => parameter !== given).map((parameter) => parameter.getText());
  const word = isAsync(node) ? 'asyncContextManager(async function*' : 'contextManager(function*';
  const kept = (node.modifiers ?? []).filter((modifier) =>
    /^(export|static|private|protected|public)$/.test(modifier.getText()),
  );
  const before = kept.map((modifier) => `${modifier.getText()} `).join('');
  const name = nameOf(node) || 'fixture';
  const generics = node.typeParameters ? `<${node.typeParameters.map((one) => one.getText()).join(', ')}>` : '';
  const head = `${word} ${name}${generics}(${others.join(', ')}) `;
  if (ts.isFunctionDeclaration(node)) return `${before}const ${name} = ${head}`;
  return ts.isMethodDeclaration(node) ? `${before}${name} = ${head}` : head;
}

function isAsync({ modifiers, asteriskToken }) {
  return Boolean(asteriskToken) || (modifiers?.some(({ kind }) => kind === ts.SyntaxKind.AsyncKeyword) ?? false);
}

/**
 * The calls in the function's own code, how often the name is mentioned, and the operations that a resource waits for.
 */
function callsOf(name, body) {
  const own = [];
  const operations = [];
  let all = 0;
  const visit = (node, isOwn) => {
    if (ts.isIdentifier(node) && node.text === name && !ts.isPropertyAccessExpression(node.parent)) all += 1;
    if (isOwn && ts.isCallExpression(node) && node.expression.getText() === name) own.push(node);
    const isOperation = isOwn && ts.isYieldExpression(node) && node.asteriskToken;
    if (isOperation && !node.expression.getText().startsWith(`${name}(`)) operations.push(node);
    ts.forEachChild(node, (child) => visit(child, isOwn && !ts.isFunctionLike(node)));
  };
  ts.forEachChild(body, (child) => visit(child, true));
  return { own, operations, all };
}

/** `yield value` for `await use(value)` */
function yieldFor(call) {
  const around = ts.isAwaitExpression(call.parent) || ts.isYieldExpression(call.parent) ? call.parent : call;
  const value = call.arguments.map((argument) => argument.getText()).join(', ');
  const text = call.arguments.length > 1 ? `yield [${value}]` : `yield ${value}`;
  return {
    start: around.getStart(),
    end: around.end,
    text: ts.isExpressionStatement(around.parent) ? text : `(${text})`,
  };
}

function edited(text, edits) {
  const backwards = edits.toSorted((one, other) => other.start - one.start || other.end - one.end);
  return backwards.reduce((done, { start, end, text: put }) => done.slice(0, start) + put + done.slice(end), text);
}
