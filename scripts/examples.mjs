import { readFileSync } from 'node:fs';
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

/**
 * One fence of code in a Markdown file or in a doc comment. It is to be run, or exempt for a `reason`, or its fence is
 * written wrongly, which is a `problem`.
 *
 * @typedef {{ line: number, code: string, reason?: string, problem?: string }} Example
 */

export const root = fileURLToPath(new URL('..', import.meta.url));

/** The files that hold examples. Generated pages only repeat those of the doc comments. */
export function exampleFiles() {
  return ts.sys.readDirectory(root, ['.md', '.ts'], ['docs/api'], ['README.md', 'docs/**/*.md', 'lib/**/*.ts']);
}

/** The files that have something to run or to complain of: jest fails a file that has no test. */
export function filesWithTests() {
  return exampleFiles().filter((file) => examplesOf(file).some((example) => example.reason === undefined));
}

export function examplesOf(file) {
  return examplesIn(readFileSync(file, 'utf8'), file);
}

/** A name for messages. */
export function shortName(file) {
  return relative(root, file);
}

/** Any fence, also those of other languages: what looks like a fence within them is none. */
const fences = /^[ \t]*(`{3,}|~{3,})([^\n]*)\n(.*?)^[ \t]*\1[`~]*[ \t]*$/gms;

const runnable = /^(ts|typescript|mts|js|javascript|mjs)(\s|$)/;

/** @returns {Example[]} */
export function examplesIn(text, file) {
  const prose = file.endsWith('.md') ? text : docComments(text);
  const examples = [...prose.matchAll(fences)].filter(([, , info]) => runnable.test(info.trim())).map(exampleFrom);
  const unclosed = /^[ \t]*(`{3,}|~{3,})/m.exec(prose.replace(fences, ''));
  return unclosed ? [...examples, { line: 1, code: '', problem: 'A fence is not closed.' }] : examples;
}

/** The doc comments without their asterisks, each line where it was. */
function docComments(source) {
  return source.replace(/^.*$/gm, (line) => /^\s*\* ?(.*)/.exec(line)?.[1] ?? '');
}

function exampleFrom({ 2: info, 3: code, index, input }) {
  return { line: lineAt(input, index), code, ...markOf(info.trim().replace(/^\w+\s*/, '')) };
}

export function lineAt(text, index) {
  return text.slice(0, index).split('\n').length;
}

function markOf(mark) {
  const reason = /^no-run: *(\S.*)/.exec(mark)?.[1];
  if (reason) return { reason };
  return mark ? { problem: `Write "ts" or "ts no-run: the reason" on the fence, not "ts ${mark}".` } : {};
}
