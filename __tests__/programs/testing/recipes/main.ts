// Checks managers of the recipes, and writes a report: `node main.mjs report.json [--until-found] name …`

import { writeFileSync } from 'node:fs';
import { checks } from './checks.ts';

const [report = '', ...args] = process.argv.slice(2);
const isUntilFound = args[0] === '--until-found';
const names = args.filter((arg) => !arg.startsWith('--'));

/** The failures of each manager: the name of the case, and the message. */
const failures: Record<string, { readonly ms: number; readonly failed: [name: string, message: string][] }> = {};

for (const name of names.length > 0 ? names : Object.keys(checks)) {
  const failed: [string, string][] = [];
  const start = performance.now();
  for (const { name: title, run } of checks[name]?.() ?? []) {
    await run().catch((error: unknown) => failed.push([title, (error as Error).message]));
    if (isUntilFound && failed.length > 0) break;
  }
  failures[name] = { ms: performance.now() - start, failed };
}
writeFileSync(report, JSON.stringify(failures));
// What a manager has left might keep the process alive.
process.exit();
