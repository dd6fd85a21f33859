// What the package costs before anything is entered: bytes in a bundle; milliseconds to import it, also as a ratio to
// importing the same code in one file; milliseconds to check the types of a file that uses it. Run it with `npm run
// bench:costs`.

import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { rollup } from 'rollup';
import ts from 'typescript';
import { keep } from './results.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));

const found = { bundle: bundle(), import: await importing(), types: checking() };
console.log(JSON.stringify(found, undefined, 2));
keep('costs', found);

/** Bytes, minified and compressed, of each import by itself. */
function bundle() {
  const output = execFileSync('npx', ['size-limit', '--json'], { cwd: root, encoding: 'utf8' });
  return Object.fromEntries(JSON.parse(output).map(({ name, size }) => [name, size]));
}

/** Milliseconds of the first import in a process, of the package and of one file with the same code. */
async function importing() {
  const folder = mkdtempSync(join(tmpdir(), 'importing-'));
  try {
    const dist = join(root, 'dist', 'index.js');
    const oneFile = join(folder, 'index.mjs');
    const bundle = await rollup({ input: dist });
    await bundle.write({ file: oneFile });
    const times = { dist: [], oneFile: [] };
    for (let round = 0; round < 60; round++) {
      times.dist.push(firstImport(dist));
      times.oneFile.push(firstImport(oneFile));
    }
    const [milliseconds, ofOneFile] = [median(times.dist), median(times.oneFile)];
    return { milliseconds, ofOneFile, ratio: milliseconds / ofOneFile, goal: 1.3 };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function firstImport(file) {
  const code = `const start = performance.now();
    await import(${JSON.stringify(pathToFileURL(file))});
    console.log(performance.now() - start);`;
  return Number(execFileSync(process.execPath, ['--input-type=module', '--eval', code], { encoding: 'utf8' }));
}

/**
 * Milliseconds to check a file that makes and enters 200 managers, and the same file with the managers driven by hand.
 */
function checking() {
  const folder = mkdtempSync(join(tmpdir(), 'checking-'));
  try {
    const files = { withManagers: program(true), byHand: program(false) };
    for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, `${name}.mts`), text);
    const times = { withManagers: [], byHand: [] };
    // In turns, because the compiler gets faster the longer it runs.
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

/** Only for the file itself: reading the language's library takes the same time for both. */
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
