// The names and durations of the tests, shared by the processes of mutate.mjs.

import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';

const folder = process.env.MUTATION_CACHE;

/** Keeps the names of the file's tests on the unchanged sources, and how many milliseconds they took together. */
export function keepTests(file, tests) {
  mkdirSync(folder, { recursive: true });
  writeFileSync(cacheFile(file), JSON.stringify(tests));
}

const known = new Map();

/** @returns {{ names: string[], duration: number } | undefined} */
export function testsOf(file) {
  if (!known.has(file) && existsSync(cacheFile(file)))
    known.set(file, JSON.parse(readFileSync(cacheFile(file), 'utf8')));
  return known.get(file);
}

function cacheFile(file) {
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
