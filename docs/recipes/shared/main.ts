import { appendFile, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { asyncContextManager, enter, scopeAsync, withAsync } from 'withal';
import { hotswap } from './hotswap.ts';
import { lazy } from './lazy.ts';
import { shared } from './shared.ts';

const connection = asyncContextManager(async function* connection() {
  console.log('  connect');
  yield 'connection';
  console.log('  disconnect');
});

console.log('Three blocks at the same time, and one after them:');
const one = shared(connection());
const block = (name: string) =>
  withAsync(one, (client) => console.log(`  ${name} uses the ${client}`));
await Promise.all([block('a'), block('b'), block('c')]);
await block('d');

console.log('A block that needs it, and one that does not:');
for (const isNeeded of [true, false])
  await withAsync(lazy(connection()), async (get) => {
    console.log(
      `  ${isNeeded ? `got a ${await get()}, and again a ${await get()}` : 'nothing'}`,
    );
  });

console.log('A log file that changes every day:');
await scopeAsync(async function* main() {
  const directory = await mkdtemp(join(tmpdir(), 'hotswap-'));
  yield* enter({ [Symbol.asyncDispose]: () => rm(directory, { recursive: true }) });

  const logFile = asyncContextManager(async function* logFile(day: string) {
    const path = join(directory, day);
    await appendFile(path, 'begin ');
    try {
      yield async (text: string) => appendFile(path, `${text} `);
    } finally {
      await appendFile(path, 'end');
      console.log(`  ${day}: ${await readFile(path, 'utf8')}`);
    }
  });

  const swap = yield* enter(hotswap());
  for (const day of ['Monday', 'Tuesday']) {
    const write = await swap(logFile(day));
    await write(`work of ${day}`);
  }
});
