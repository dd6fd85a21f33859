// What was measured last is kept in results.json, for the pages that speak of it.

import { readFileSync, writeFileSync } from 'node:fs';
import process from 'node:process';

const file = new URL('results.json', import.meta.url);

function results() {
  return JSON.parse(readFileSync(file, 'utf8'));
}

/** Replaces what is kept under that name. */
export function keep(name, values) {
  const kept = { ...results(), [name]: { node: process.version, ...values } };
  writeFileSync(file, `${JSON.stringify(kept, undefined, 2)}\n`);
}
