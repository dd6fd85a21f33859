// The latest measurements are in results.json, for the pages that quote them: by name, and by the version of Node.

import { readFileSync, writeFileSync } from 'node:fs';
import process from 'node:process';

const file = new URL('results.json', import.meta.url);

export function results() {
  return JSON.parse(readFileSync(file, 'utf8'));
}

/** Replaces the values under that name for this Node. */
export function keep(name, values) {
  const kept = results();
  const [major] = process.versions.node.split('.');
  kept[name] = { ...kept[name], [`Node ${major}`]: { version: process.versions.node, ...values } };
  writeFileSync(file, `${JSON.stringify(kept, rounded, 2)}\n`);
}

/** More digits would show only noise. Counts are kept as they are. */
function rounded(_key, value) {
  return typeof value === 'number' && !Number.isInteger(value) ? Number(value.toPrecision(4)) : value;
}
