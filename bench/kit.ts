// Shows which case of the kit finds which fault, and how long the cases take, and writes that to docs/kit.md. Many
// recipes need a Postgres server: they are timed on that of DATABASE_URL.

import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { format, resolveConfig } from 'prettier';
import { asyncContextManager, nullContext, withAsync } from 'withal';
import { managerCases } from 'withal/testing';
import { breakages } from '../__tests__/programs/testing/recipes/breakages.ts';
import { closeLeftovers, faultyManagers, type Faulty } from '../__tests__/testing/managers/faulty.ts';
import { lenientFaulty } from '../__tests__/testing/managers/lenient-faulty.ts';
import { lenientRight } from '../__tests__/testing/managers/lenient-right.ts';
import { rightManagers, type Right } from '../__tests__/testing/managers/right.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const titles = managerCases(() => nullContext()).map(({ name }) => name);
const letterOf = (index: number): string => String.fromCharCode('A'.charCodeAt(0) + index);

/** A folder in which a bundle finds its packages. */
const folder = asyncContextManager(async function* folder() {
  const cache = join(root, 'node_modules', '.cache');
  await mkdir(cache, { recursive: true });
  const path = await mkdtemp(join(cache, 'kit-'));
  try {
    yield path;
  } finally {
    await rm(path, { recursive: true });
  }
});

const rows: string[] = [];
const counts = titles.map(() => 0);
for (const faulty of [...faultyManagers, ...lenientFaulty]) rows.push(await rowOf(faulty));

const right = [...rightManagers, ...lenientRight];
const times: number[] = [];
for (const manager of right) times.push(await timeOf(manager));
times.sort((one, other) => one - other);

const recipes = process.env['DATABASE_URL'] ? await withAsync(folder(), timesOfRecipes) : [];
const page = join(root, 'docs', 'kit.md');
await writeFile(page, await formatted(filled(await readFile(page, 'utf8'))));

/** A letter for each case that finds the fault, in lower case if its message doesn't name the fault. */
async function rowOf({ fault, message, cases }: Faulty): Promise<string> {
  const marks = new Map(titles.map((title) => [title, '·']));
  for (const { name, run } of cases()) {
    const index = titles.indexOf(name);
    await run().catch((error: unknown) => {
      const isNamed = message.test((error as Error).message);
      marks.set(name, isNamed ? letterOf(index) : letterOf(index).toLowerCase());
      counts[index] = (counts[index] ?? 0) + 1;
    });
  }
  await closeLeftovers();
  return `| ${fault} | \`${[...marks.values()].join('')}\` |`;
}

async function timeOf({ name, cases }: Right): Promise<number> {
  const start = performance.now();
  for (const { name: title, run } of cases()) {
    await run().catch((error: unknown) => {
      throw new Error(`${name} is correct, but fails a case: ${title}`, { cause: error });
    });
  }
  return performance.now() - start;
}

async function timesOfRecipes(path: string): Promise<string[]> {
  const [program, report] = [join(path, 'recipes.mjs'), join(path, 'report.json')];
  await build({
    ...{ absWorkingDir: root, entryPoints: ['__tests__/programs/testing/recipes/main.ts'], outfile: program },
    ...{ bundle: true, packages: 'external', platform: 'node', format: 'esm', target: 'node20', keepNames: true },
  });
  const env = { ...process.env, URL: process.env['DATABASE_URL'] };
  await promisify(execFile)(process.execPath, [program, report], { cwd: root, env, maxBuffer: Infinity });
  const results = JSON.parse(await readFile(report, 'utf8')) as Record<string, { ms: number }>;
  return Object.entries(results).map(([name, { ms }]) => `| \`${name}\` | ${(ms / 1000).toFixed(1)} s |`);
}

/** The page with new tables. Without a server, the table of recipes stays as it is. */
function filled(text: string): string {
  const cases = titles.map((title, index) => `| ${letterOf(index)} | ${title} | ${String(counts[index])} |`);
  const at = (share: number) => `${String(Math.round(times[Math.floor(share * (times.length - 1))] as number))} ms`;
  const figures = [
    `| ${String(rows.length)} faulty managers | ${String(rows.filter(isFound).length)} found |`,
    `| ${String(right.length)} correct managers | none accused |`,
    `| ${String(breakages.length)} recipes broken in one place | all found: the tests check it |`,
    `| time of all cases, for a correct manager: median | ${at(0.5)} |`,
    `| time of all cases, for a correct manager: slowest | ${at(1)} |`,
  ];
  return [
    ['figures', ['|  |  |', '| --- | --- |', ...figures]] as const,
    ['cases', ['|  | case | finds |', '| --- | --- | --- |', ...cases]] as const,
    ['faults', ['| fault | found by |', '| --- | --- |', ...rows]] as const,
    ...(recipes.length > 0 ? [['recipes', ['| manager | time |', '| --- | --- |', ...recipes]] as const] : []),
  ].reduce((filling, [name, lines]) => replaced(filling, name, lines), text);
}

/** Whether one of the marks is a capital letter. */
function isFound(row: string): boolean {
  return /`.*[A-Z].*`/.test(row);
}

function replaced(text: string, name: string, lines: readonly string[]): string {
  const [begin, end] = [`<!-- ${name} -->`, `<!-- end of ${name} -->`];
  const [before = '', rest = ''] = text.split(begin);
  return `${before}${begin}\n\n${lines.join('\n')}\n\n${end}${rest.split(end)[1] ?? ''}`;
}

async function formatted(text: string): Promise<string> {
  return format(text, { ...(await resolveConfig(page)), parser: 'markdown' });
}
