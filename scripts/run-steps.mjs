// Runs scripts of package.json, two at a time: `node scripts/run-steps.mjs types build lint`. It prints the full output
// of a step that fails, and a line for one that passes. Put `build` before the steps that need it: whatever comes after
// `build` waits for it. What comes after `--without` doesn't run.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { root } from './examples.mjs';

const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const [given, left = []] = splitAt(process.argv.slice(2), '--without');
const names = given.filter((name) => !left.includes(name));
const queue = [...names];
const failedSteps = [];
const total = { passed: 0, failed: 0 };
let built = Promise.resolve(true);

await Promise.all([runSteps(), runSteps()]);
if (failedSteps.length > 0) console.log(`\nFailed: ${failedSteps.join(', ')}`);
console.log(`\n${total.passed} passed, ${total.failed} failed`);
process.exitCode = failedSteps.length > 0 ? 1 : 0;

function splitAt(list, mark) {
  const index = list.indexOf(mark);
  return index < 0 ? [list] : [list.slice(0, index), list.slice(index + 1)];
}

async function runSteps() {
  for (let name = queue.shift(); name; name = queue.shift()) {
    const step = built.then((isBuilt) => isBuilt && run(name));
    // This comes before this lane waits for anything, because the other one may take the next step in the same turn.
    if (name === 'build') built = step.then(({ isGood }) => isGood);
    report(name, await step);
  }
}

/** Runs a script as npm does. npm has already put the packages' programs on the path. */
async function run(name) {
  const start = performance.now();
  const child = spawn(scripts[name], { cwd: root, shell: true, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text) => (output += text));
  const [code] = await once(child, 'close');
  return { output, isGood: code === 0, seconds: (performance.now() - start) / 1000 };
}

function report(name, step) {
  if (!step) return console.log(`- ${name}: not run, because the build failed`);
  const { output, isGood, seconds } = step;
  const counts = countsOf(output, isGood);
  total.passed += counts.passed;
  total.failed += counts.failed;
  if (!isGood) failedSteps.push(name);
  const width = Math.max(...names.map(({ length }) => length));
  const words = Object.entries(counts).flatMap(([word, count]) => (count > 0 ? `${count} ${word}` : []));
  console.log(`${isGood ? '✔' : '✘'} ${name.padEnd(width)} ${seconds.toFixed(0).padStart(4)} s  ${words.join(', ')}`);
  const notes = isGood ? new Set(output.match(/^Not run.*$/gm)) : [output.trimEnd()];
  for (const note of notes) console.log(note);
}

/** Jest's counts, or the counts of marked lines. A step without counts is itself one test. */
function countsOf(output, isGood) {
  const [tests] = /^Tests: .*/m.exec(output) ?? [];
  const count = (word, mark) =>
    tests ? Number(new RegExp(`(\\d+) ${word}`).exec(tests)?.[1] ?? 0) : (output.match(mark)?.length ?? 0);
  const passed = count('passed', /^✔ /gm);
  const failed = count('failed', /^✘ /gm);
  return {
    passed: isGood ? passed || 1 : passed,
    failed: isGood ? failed : failed || 1,
    skipped: count('skipped', /^Not run/gm),
  };
}
