// What the package costs before anything is entered: bytes in a bundle, milliseconds to import it, milliseconds to check
// the types of a file that uses it. Run it with `npm run bench:costs`.

import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { keep } from './results.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));

const found = { bundle: bundle(), import: importing(), types: checking() };
console.log(JSON.stringify(found, undefined, 2));
keep('costs', found);

/** Bytes, minified and compressed, of each import by itself. */
function bundle() {
  const output = execFileSync('npx', ['size-limit', '--json'], { cwd: root, encoding: 'utf8' });
  return Object.fromEntries(JSON.parse(output).map(({ name, size }) => [name, size]));
}

/** Milliseconds that a process takes longer which imports it. */
function importing() {
  const run = (code) => {
    const start = performance.now();
    execFileSync(process.execPath, ['--input-type=module', '--eval', code], { cwd: root });
    return performance.now() - start;
  };
  const differences = Array.from({ length: 21 }, () => run("await import('withal')") - run(''));
  return { milliseconds: median(differences) };
}

/** Milliseconds to check a file of 200 managers, each of which is entered, against the same file that drives them by hand. */
function checking() {
  const folder = mkdtempSync(join(tmpdir(), 'checking-'));
  try {
    const files = { withManagers: program(true), byHand: program(false) };
    for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, `${name}.mts`), text);
    const times = { withManagers: [], byHand: [] };
    // By turns, for the compiler grows quicker the longer it runs.
    for (let round = 0; round < 9; round++)
      for (const name of Object.keys(files)) times[name].push(check(join(folder, `${name}.mts`)));
    const [withManagers, byHand] = [median(times.withManagers), median(times.byHand)];
    return { withManagers, byHand, each: (withManagers - byHand) / 200 };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function program(isManaged) {
  const head = isManaged
    ? `import { asyncContextManager, withAsync } from '${join(root, 'dist', 'index.js')}';`
    : `async function drive<T, R>(generator: AsyncGenerator<T, void, void>, body: (value: T) => Promise<R>): Promise<R> {
         const step = await generator.next();
         if (step.done) throw new Error();
         const result = await body(step.value);
         await generator.next();
         return result;
       }`;
  const parts = Array.from({ length: 200 }, (_, index) => {
    const generator = `async function* manager${index}(name: string, size: number = ${index}) {
      try {
        yield { name, size, at: new Date() };
      } finally {
        console.log(name);
      }
    }`;
    return isManaged
      ? `export const managed${index} = asyncContextManager(${generator});
         export const result${index} = await withAsync(managed${index}('a'), async ({ name, size }) => name.repeat(size));`
      : `${generator}
         export const result${index} = await drive(manager${index}('a'), async ({ name, size }) => name.repeat(size));`;
  });
  return [head, ...parts].join('\n');
}

/** Of the file itself; to read the language's own library takes the same time for both. */
function check(file) {
  const options = {
    strict: true,
    noEmit: true,
    skipLibCheck: true,
    target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.NodeNext,
    lib: ['lib.es2022.d.ts', 'lib.dom.d.ts'],
    types: [],
  };
  const checked = ts.createProgram([file], options);
  const start = performance.now();
  const problems = checked.getSemanticDiagnostics(checked.getSourceFile(file));
  const time = performance.now() - start;
  if (problems.length > 0) throw new Error(ts.flattenDiagnosticMessageText(problems[0].messageText, '\n'));
  return time;
}

function median(values) {
  return values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)];
}
