// Compares compiler errors with the comments that expect them: `// refused: …` gives words of the error in the next
// lines, up to the next empty line or the next such comment. It works with any compiler that has a command line.

import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** The folders of typetests with such files. */
export const refusals = ['refused', 'legacy'];

/** Compiles a folder with a tsconfig.json, and returns its problems, one per line. */
export async function checkRefusals(folder, compiler) {
  const output = await compile(compiler, folder);
  const errors = errorsOf(output);
  const expected = readdirSync(folder)
    .filter((name) => /\.[cm]?ts$/.test(name))
    .flatMap((name) => refusalsOf(folder, name));
  const missing = expected.filter(({ name, from, to, words }) => {
    const found = errors.find((error) => error.name === name && error.line >= from && error.line <= to);
    if (!found?.text.includes(words)) return true;
    found.isExpected = true;
    return false;
  });
  return [
    ...missing.map(({ name, from, words }) => `${name}:${from}: nothing says "${words}"`),
    ...errors.filter(({ isExpected }) => !isExpected).map(({ name, line, text }) => `${name}:${line}: ${text}`),
    ...(expected.length === 0 || (errors.length === 0 && output) ? [output || 'nothing is refused'] : []),
  ];
}

async function compile(compiler, folder) {
  return run(process.execPath, [compiler, '-p', folder, '--pretty', 'false'], { maxBuffer: 2 ** 24 }).then(
    ({ stdout }) => stdout,
    ({ stdout, stderr, message }) => stdout + stderr || message,
  );
}

/** The errors, each with the lines that explain it, without the compiler's line breaks. */
function errorsOf(output) {
  const errors = [];
  for (const line of output.split('\n')) {
    const [, name, number, text] = /([^\\/]+)\((\d+),\d+\): error (.*)/.exec(line) ?? [];
    if (name) errors.push({ name, line: Number(number), text });
    else if (errors.length > 0) errors.at(-1).text += ` ${line.trim()}`;
  }
  return errors;
}

function refusalsOf(folder, name) {
  const lines = readFileSync(join(folder, name), 'utf8').split('\n');
  return lines.flatMap((line, index) => {
    const [, words] = /^\s*\/\/ refused: (.*)$/.exec(line) ?? [];
    if (!words) return [];
    const rest = lines.slice(index + 1);
    const length = rest.findIndex((next) => next.trim() === '' || next.includes('// refused: '));
    return [{ name, from: index + 2, to: index + 1 + (length < 0 ? rest.length : length), words }];
  });
}
