import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from '@jest/globals';
import { Linter, RuleTester } from 'eslint';
import tseslint from 'typescript-eslint';
import plugin, { rules, type RuleName } from '../../lib/eslint/index.ts';
import { walk, type Node } from '../../lib/eslint/ast.ts';
import { fileOf, type Context, type File, type Settings } from '../../lib/eslint/file.ts';

/** The labeled snippets, whose folder has the declarations that examples need for their types. */
export const snippetsFolder = fileURLToPath(new URL('../eslint/snippets', import.meta.url));

/** `javascript` is what ESLint's own parser reads. */
export type Mode = 'typed' | 'untyped' | 'javascript';

const parser = tseslint.parser as Linter.Parser;

export function languageOptionsFor(mode: Mode): Linter.LanguageOptions {
  if (mode === 'javascript') return {};
  const parserOptions = mode === 'typed' ? { projectService: true, tsconfigRootDir: snippetsFolder } : {};
  return { parser, parserOptions };
}

// What is on a page about a rule

type Valid = RuleTester.ValidTestCase;
type Invalid = RuleTester.InvalidTestCase;

interface Fence {
  readonly kind: string;
  readonly detail: string;
  readonly code: string;
}

/** The examples of the rule's page as tests: `right` ones, and `wrong` ones with the `fixed` and `suggested` ones below. */
function pageCases(rule: RuleName, mode: Mode): { valid: Valid[]; invalid: Invalid[] } {
  const fences = fencesIn(pageOf(rule)).filter(
    ({ detail, kind }) => /fixed|suggested/.test(kind) || modeOf(detail) === mode,
  );
  return {
    valid: fences.filter(({ kind }) => kind === 'right').map(({ code, detail }) => ({ code, ...optionsIn(detail) })),
    invalid: fences.flatMap((fence, index) =>
      fence.kind === 'wrong' ? invalidCase(fence, fences.slice(index + 1)) : [],
    ),
  };
}

export function pageOf(name: string): string {
  return readFileSync(new URL(`../../docs/lint/${name}.md`, import.meta.url), 'utf8');
}

function fencesIn(page: string): Fence[] {
  return [...page.matchAll(/^```ts (\w+) ?([^\n]*)\n(.*?)^```$/gms)].map(([, kind = '', detail = '', code = '']) => ({
    kind,
    detail,
    code,
  }));
}

function modeOf(detail: string): Mode {
  return detail.includes('typed') ? 'typed' : 'untyped';
}

function optionsIn(detail: string): Pick<Valid, 'filename' | 'languageOptions' | 'options'> {
  const [options] = /\{.*\}/.exec(detail) ?? [];
  return {
    filename: `${snippetsFolder}/page.ts`,
    languageOptions: languageOptionsFor(modeOf(detail)),
    ...(options !== undefined && { options: [JSON.parse(options)] }),
  };
}

function invalidCase({ code, detail }: Fence, following: readonly Fence[]): Invalid {
  const next = following.findIndex(({ kind }) => kind === 'wrong' || kind === 'right');
  const results = following.slice(0, next === -1 ? following.length : next);
  const fixed = results.find(({ kind }) => kind === 'fixed');
  const suggestions = results
    .filter(({ kind }) => kind === 'suggested')
    .map(({ detail, code }) => ({ messageId: detail, output: code }));
  const errors = errorsIn(code).map((error) => (suggestions.length > 0 ? { ...error, suggestions } : error));
  return { code, errors, ...optionsIn(detail), ...(fixed && { output: fixed.code }) };
}

/** `// error: id` at the end of the line that is reported, or on the line before it. */
function errorsIn(code: string): { messageId: string; line: number }[] {
  return code.split('\n').flatMap((text, index) => {
    const [, before = '', messageId] = /^(.*)\/\/ error: (\w+)$/.exec(text) ?? [];
    return messageId === undefined ? [] : [{ messageId, line: before.trim() ? index + 1 : index + 2 }];
  });
}

/** The messages in the table of a page, by their ids. */
export function messagesOn(page: string): Record<string, string> {
  return Object.fromEntries([...page.matchAll(/^\| `(\w+)` +\| (.*?) +\|$/gm)].map(([, id, text]) => [id, text]));
}

/** Runs those examples of the page that need types, or those that don't. */
export function testRule(rule: RuleName, mode: Mode): void {
  Object.assign(RuleTester, { afterAll, describe, it, itOnly: it.only });
  const tester = new RuleTester({ languageOptions: languageOptionsFor('untyped') });
  const cases = pageCases(rule, mode);
  if (cases.valid.length + cases.invalid.length > 0)
    tester.run(rule, rules[rule] as unknown as Parameters<typeof tester.run>[1], cases);
}

// Linting single pieces of code

interface Options {
  readonly rules?: readonly RuleName[];
  readonly mode?: Mode;
  readonly settings?: Settings;
  readonly filename?: string;
}

/** What all rules report about the code, or only the named ones: the line, the rule, the id of the message. */
export function reportedIn(
  code: string,
  { rules: names = Object.keys(rules) as RuleName[], mode = 'untyped', settings = {}, filename }: Options = {},
): { line: number; rule: string; id: string }[] {
  return messagesFor(code, { rules: names, mode, settings, ...(filename !== undefined && { filename }) }).map(
    ({ line, ruleId, messageId, message }) => ({
      line,
      rule: ruleId?.replace('withal/', '') ?? message,
      id: messageId ?? '',
    }),
  );
}

/** The code after each suggestion that a rule has for it. */
export function suggestedFor(code: string, rule: RuleName): string[] {
  return messagesOf(code, rule).flatMap(({ suggestions = [] }) => suggestions.map(({ fix }) => edited(code, fix)));
}

/** The code after all the fixes that a rule has for it. */
export function fixedFor(code: string, rule: RuleName): string {
  const fixes = messagesOf(code, rule).flatMap(({ fix = [] }) => fix);
  return fixes.sort((one, other) => other.range[0] - one.range[0]).reduce(edited, code);
}

/** The parts of the code, in one line, that a rule underlines. */
export function underlinedIn(code: string, rule: RuleName): string[] {
  return messagesOf(code, rule).map(({ column, endColumn }) => code.slice(column - 1, (endColumn ?? 0) - 1));
}

/** The messages of a rule, word for word. */
export function messagesIn(code: string, rule: RuleName, mode: Mode = 'untyped'): string[] {
  return messagesFor(code, { rules: [rule], mode, settings: {} }).map(({ message }) => message);
}

function messagesOf(code: string, rule: RuleName): Linter.LintMessage[] {
  return messagesFor(code, { rules: [rule], mode: 'untyped', settings: {} });
}

function edited(code: string, { range, text }: NonNullable<Linter.LintMessage['fix']>): string {
  return code.slice(0, range[0]) + text + code.slice(range[1]);
}

function messagesFor(
  code: string,
  { rules: names, mode, settings, filename }: Options & Required<Pick<Options, 'mode' | 'rules' | 'settings'>>,
): Linter.LintMessage[] {
  const config = {
    files: ['**/*.{ts,tsx,mts,cts,js}'],
    plugins: { withal: plugin },
    rules: Object.fromEntries(names.map((name) => [`withal/${name}`, 'error'])),
    settings: { withal: settings },
    languageOptions: languageOptionsFor(mode),
  };
  const path = filename ?? `${snippetsFolder}/page.ts`;
  const cwd = path.slice(0, path.indexOf('/', 1));
  return new Linter({ cwd }).verify(code, config as unknown as Linter.Config, { filename: path });
}

/** The code, as the rules see it. */
export function fileIn(code: string, mode: Mode): File {
  let file: File | undefined;
  const create = (context: Context) => ({ 'Program:exit': () => (file = fileOf(context)) });
  const config = {
    files: ['**/*.ts'],
    plugins: { test: { rules: { visit: { create } } } },
    rules: { 'test/visit': 'error' },
    languageOptions: languageOptionsFor(mode),
  };
  const filename = `${snippetsFolder}/page.ts`;
  new Linter({ cwd: '/' }).verify(code, config as unknown as Linter.Config, { filename });
  return file as unknown as File;
}

/** The nodes of the code, outermost first. */
export function nodesIn(code: string): Node[] {
  const nodes: Node[] = [];
  const { code: source, keys } = fileIn(code, 'untyped');
  walk(source.ast, keys, (node) => {
    nodes.push(node);
    return true;
  });
  return nodes;
}

// Cases that don't fit on the pages or in the snippets

/** A piece of code, and the ids of what its rule reports. */
export type Case = readonly [code: string, ...ids: string[]];

export const imports = `import { aclosing, all, asyncContextDecorator, asyncContextManager, AsyncExitStack, closing, contextDecorator,
  contextManager, enter, ExitStack, nullContext, resultBlocks, scopeAsync, scopeSync, taskGroup, timeout, withAsync,
  withSync } from 'withal'; declare const p: any, q: any;`;

/** The body of a manager, whose parameters are p and q. */
export const manager = (body: string, before = '') =>
  `${before} const m = asyncContextManager(async function* m(p, q) { ${body} });`;

export function testCases(rule: RuleName, cases: readonly Case[], mode: Mode = 'untyped'): void {
  describe(`${rule}, ${mode}`, () => {
    it.each(cases.map(([code, ...ids]) => ({ code, ids })))('$code', ({ code, ids }) => {
      const reported = reportedIn(`${imports} ${code}`, { rules: [rule], mode });
      expect(reported.map(({ id, rule }) => id || rule)).toEqual(ids);
    });
  });
}

// The snippets

interface Snippet {
  readonly name: string;
  readonly path: string;
  readonly code: string;
}

function snippets(): Snippet[] {
  const names = readdirSync(snippetsFolder).filter((name) => /^\d+.*\.tsx?$/.test(name));
  return names.map((name) => ({
    name,
    path: `${snippetsFolder}/${name}`,
    code: readFileSync(`${snippetsFolder}/${name}`, 'utf8'),
  }));
}

/** What a snippet says is reported: `// !rule` on the line, `// !rule:typed` if only types show it. */
function labelsOf(code: string, mode: Mode): string[] {
  return code.split('\n').flatMap((text, index) => {
    const [, labels = ''] = /\/\/ ((?:[!?][\w:-]+ ?)+)$/.exec(text) ?? [];
    return [...labels.matchAll(/([!?])([\w-]+)(?::(\w+))?/g)]
      .filter(([, sign, , only]) => sign === '!' && (only === undefined || only === mode))
      .map(([, , rule]) => `${String(index + 1)} ${String(rule)}`);
  });
}

export function testSnippets(mode: Mode): void {
  describe(`the strict config, ${mode}`, () => {
    it.each(snippets())('reports what $name says, and nothing else', (snippet) => {
      expect(reportedOf(snippet, mode).sort()).toEqual(labelsOf(snippet.code, mode).sort());
    });
  });
}

/** The reported lines, in the form of the labels. */
function reportedOf({ code, path }: Snippet, mode: Mode): string[] {
  const config = { ...plugin.configs.strict, files: ['**/*.{ts,tsx}'], languageOptions: languageOptionsFor(mode) };
  const messages = new Linter({ cwd: '/' }).verify(code, config as Linter.Config, { filename: path });
  return [
    ...new Set(
      messages.map(({ line, ruleId, message }) => `${String(line)} ${ruleId?.replace('withal/', '') ?? message}`),
    ),
  ];
}
