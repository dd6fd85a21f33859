// What was measured last is kept in results.json, for the pages that speak of it: by what it is, and by the Node that it
// was measured with.

import { readFileSync, writeFileSync } from 'node:fs';
import process from 'node:process';

const file = new URL('results.json', import.meta.url);

export function results() {
  return JSON.parse(readFileSync(file, 'utf8'));
}

/** Replaces what is kept under that name for this Node. */
export function keep(name, values) {
  const kept = results();
  const [major] = process.versions.node.split('.');
  kept[name] = { ...kept[name], [`Node ${major}`]: { version: process.versions.node, ...values } };
  writeFileSync(file, `${JSON.stringify(kept, rounded, 2)}\n`);
}

/** More digits would tell of the noise only. What is counted is kept as it is. */
function rounded(_key, value) {
  return typeof value === 'number' && !Number.isInteger(value) ? Number(value.toPrecision(4)) : value;
}
