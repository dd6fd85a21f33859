import { readFileSync } from 'node:fs';
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

/**
 * One fence of code in a Markdown file or in a doc comment. It is to be run; or it is what a program prints, the `output`
 * of a file; or it is quoted `from` a file; or the linter says of it what its `lint` mark does; or it is exempt for a
 * `reason`; or its fence is written wrongly, a `problem`.
 *
 * @typedef {{ line: number, code: string, output?: string, from?: string, lint?: string, reason?: string, problem?: string, hasDatabase?: boolean }} Example
 */

export const root = fileURLToPath(new URL('..', import.meta.url));

/** The files that hold examples. Generated pages only repeat those of the doc comments. */
export function exampleFiles() {
  return ts.sys.readDirectory(
    root,
    ['.md', '.ts'],
    ['docs/api'],
    ['README.md', 'docs/**/*.md', 'skills/**/*.md', 'lib/**/*.ts'],
  );
}

/** The files that have something to run or to complain of: jest fails a file that has no test. */
export function filesWithTests() {
  return exampleFiles().filter((file) => examplesOf(file).some(({ lint, reason }) => !lint && reason === undefined));
}

export function examplesOf(file) {
  return examplesIn(readFileSync(file, 'utf8'), file);
}

/** Whether it is code that is run where it stands. */
export function isRun({ output, from, lint, reason, problem }) {
  return !output && !from && !lint && !reason && !problem;
}

/** What its test is called. `npm run examples` leaves out by this name those of whole programs, and of databases. */
export function titleOf({ line, output, hasDatabase }) {
  if (output) return `line ${line}, printed by ${output}`;
  return hasDatabase ? `line ${line}, on a database` : `line ${line}`;
}

/** A name for messages. */
export function shortName(file) {
  return relative(root, file);
}

/** Any fence, also those of other languages: what looks like a fence within them is none. */
const fences = /^[ \t]*(`{3,}|~{3,})([^\n]*)\n(.*?)^[ \t]*\1[`~]*[ \t]*$/gms;

/** Fences of other languages hold nothing to check; but of a language that is misspelt, or not named, nobody can tell. */
const otherLanguages = /^(sh|python|json)$/;

const languages = /^(?<language>ts|typescript|mts|js|javascript|mjs|text)(\s+(?<mark>.*))?$/;

/** @returns {Example[]} */
export function examplesIn(text, file) {
  const prose = file.endsWith('.md') ? text : docComments(text);
  const found = [...prose.matchAll(fences)];
  // Opening a database takes two seconds, so `npm test` does it for the README alone.
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

/** A page says to its readers, too, why it does not run something: they don't see what stands on the fence. */
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
