// What the processes of mutate.mjs know of the tests.

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';

const folder = process.env.MUTATION_CACHE;

/** Keeps the names of the file's tests on the unchanged sources, and how many milliseconds they took together. */
export function keepTests(file, tests) {
  mkdirSync(folder, { recursive: true });
  writeFileSync(kept(file), JSON.stringify(tests));
}

/** @returns {{ names: string[], duration: number }} */
export function testsOf(file) {
  try {
    return JSON.parse(readFileSync(kept(file), 'utf8'));
  } catch (error) {
    if (error.code !== 'ENOENT') throw error;
    return { names: [], duration: 0 };
  }
}

function kept(file) {
  const [, inside] = file.split('__tests__');
  return join(folder, `${inside.replaceAll(/[\\/]/g, '+')}.json`);
}

/** The change that is tried now, if it isn't the run on the unchanged sources. */
export function currentChange() {
  return process.env.__STRYKER_ACTIVE_MUTANT__;
}

let last = { pattern: undefined, names: undefined };

/**
 * Whether the test reaches the change. Stryker asks for `(a name)|(another)`, each escaped, or for all tests if it can't
 * know. As a pattern, thousands of names would take minutes.
 */
export function isReached({ testNamePattern: pattern }, name) {
  if (!pattern) return true;
  if (last.pattern !== pattern) last = { pattern, names: new Set(pattern.slice(1, -1).split(')|(')) };
  return last.names.has(name.replace(/[.*+\-?^${}()|[\]\\]/g, '\\$&'));
}
