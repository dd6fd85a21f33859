import { readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AsyncExitStack, withAsync } from 'withal';
import { directory } from './directory.ts';

const kept: string[] = [];

console.log('A build that succeeds:');
console.log(`  ${await withAsync(directory(), (path) => build(path, 'return 42;'))}`);

console.log('A build that fails:');
await withAsync(directory({ prefix: 'build-', onFailure: keep }), (path) =>
  build(path, 'return'),
).catch(tell);

console.log('Builds judged by their warnings:');
console.log(`  ${await judged('return 42;')}`);
console.log(`  ${await judged('debugger; return 42;')}`);

for (const path of kept) await rm(path, { recursive: true });

async function judged(source: string): Promise<string> {
  await using stack = new AsyncExitStack();
  const path = await stack.enterContext(
    directory({ prefix: 'build-', onFailure: keep }),
  );
  const report = await build(path, source);
  if (report !== 'no warnings') return 'not good enough';
  return stack.complete('good');
}

async function keep(path: string): Promise<void> {
  console.log(`  kept ${path} with ${(await readdir(path)).sort().join(', ')}`);
  kept.push(path);
}

/** Returns the report, and also leaves it in the directory. */
async function build(path: string, source: string): Promise<string> {
  const report = source.includes('debugger') ? 'a debugger statement' : 'no warnings';
  await writeFile(join(path, 'source.js'), source);
  if (!source.endsWith(';')) throw new SyntaxError('The source ends too early.');
  await writeFile(join(path, 'report.txt'), report);
  return report;
}

function tell(error: unknown): void {
  console.log(`  ${String(error)}`);
}
