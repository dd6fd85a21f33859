import { readFileSync } from 'node:fs';
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

/**
 * One fence of code in a Markdown file or a doc comment. It's run, or it's what a program prints (the `output` of a
 * file), or a quotation `from` a file, or the linter must report what its `lint` mark says, or it's exempt for a
 * `reason`, or its fence is wrong (a `problem`).
 *
 * @typedef {{ line: number, code: string, output?: string, from?: string, lint?: string, reason?: string, problem?: string, hasDatabase?: boolean }} Example
 */

export const root = fileURLToPath(new URL('..', import.meta.url));

/** The files with examples. Generated pages only repeat those of the doc comments. */
export function exampleFiles() {
  return ts.sys.readDirectory(
    root,
    ['.md', '.ts'],
    ['docs/api'],
    ['README.md', 'docs/**/*.md', 'skills/**/*.md', 'lib/**/*.ts'],
  );
}

/** The files with something to run or to report, because jest fails a file without tests. */
export function filesWithTests() {
  return exampleFiles().filter((file) => examplesOf(file).some(({ lint, reason }) => !lint && reason === undefined));
}

export function examplesOf(file) {
  return examplesIn(readFileSync(file, 'utf8'), file);
}

/** Whether it's code that is run in place. */
export function isRun({ output, from, lint, reason, problem }) {
  return !output && !from && !lint && !reason && !problem;
}

/** The name of its test. By it, `npm run examples` leaves out whole programs and databases. */
export function titleOf({ line, output, hasDatabase }) {
  if (output) return `line ${line}, printed by ${output}`;
  return hasDatabase ? `line ${line}, on a database` : `line ${line}`;
}

/** A name for messages. */
export function shortName(file) {
  return relative(root, file);
}

/** Any fence, also of other languages: something inside that looks like a fence isn't one. */
const fences = /^[ \t]*(`{3,}|~{3,})([^\n]*)\n(.*?)^[ \t]*\1[`~]*[ \t]*$/gms;

/** Fences in these languages need no check. A language that is missing or misspelled is a problem. */
const otherLanguages = /^(sh|python|json)$/;

const languages = /^(?<language>ts|typescript|mts|js|javascript|mjs|text)(\s+(?<mark>.*))?$/;

/** @returns {Example[]} */
export function examplesIn(text, file) {
  const prose = file.endsWith('.md') ? text : docComments(text);
  const found = [...prose.matchAll(fences)];
  // Opening a database takes two seconds, so `npm test` does that only for the README.
  const isSlow = ({ code }) => !file.endsWith('README.md') && code.includes("'@electric-sql/pglite'");
  const examples = found
    .flatMap(file.endsWith('.md') ? pageExampleFrom : exampleFrom)
    .map((example) => ({ ...example, hasDatabase: isSlow(example) }));
  const unclosed = /^[ \t]*(`{3,}|~{3,})/m.exec(prose.replace(fences, ''));
  return unclosed ? [...examples, { line: 1, code: '', problem: 'A fence is not closed.' }] : examples;
}

/** The doc comments without their asterisks, each line where it was. */
function docComments(source) {
  return source.replace(/^.*$/gm, (line) => /^\s*\* ?(.*)/.exec(line)?.[1] ?? '');
}

/** A page must also tell its readers why something isn't run, because they don't see the fence's info. */
function pageExampleFrom(fence) {
  const after = fence.index + fence[0].length;
  return exampleFrom(fence).map((example) => {
    const { reason } = example;
    if (!reason || fence.input.startsWith(`\n\n_Not run here: ${reason}._`, after)) return example;
    return { ...example, reason: undefined, problem: `Write "_Not run here: ${reason}._" below the fence.` };
  });
}

function exampleFrom({ 2: info, 3: code, index, input }) {
  if (otherLanguages.test(info.trim())) return [];
  const found = languages.exec(info.trim());
  const kind = found ? kindOf(found.groups) : { problem: `Write ts, js, text, sh, python or json on the fence.` };
  return [{ line: lineAt(input, index), code, ...kind }];
}

export function lineAt(text, index) {
  return text.slice(0, index).split('\n').length;
}

/** The tests of the lint rules run these; `__tests__/support/lint.ts` reads them. */
const lintMark = /^(wrong|right|fixed|suggested)\b/;

function kindOf({ language, mark = '' }) {
  if (lintMark.test(mark)) return { lint: mark };
  const { kind, detail } = /^(?<kind>no-run|output|from): *(?<detail>\S.*)/.exec(mark)?.groups ?? {};
  if (kind) return { [kind === 'no-run' ? 'reason' : kind]: detail };
  if (language !== 'text' && !mark) return {};
  const problem = `Write "${language} no-run: the reason", "output: a program" or "from: a file" on the fence.`;
  return { problem: language === 'text' ? problem : `${problem} Or nothing, to run it.` };
}
