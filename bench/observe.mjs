// What watching costs: the microseconds that each level adds to an entry and exit, each measured in its own process;
// the bytes of an open visit; and whether the heap grows over a million visits. Run it with `npm run bench:observe`.

import { execFileSync } from 'node:child_process';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { asyncContextManager, withAsync } from 'withal';
import { observe } from 'withal/observe';
import { keep } from './results.mjs';

const levels = {
  plain: { context: false },
  context: {},
  leaks: { onLeak() {} },
  sites: { sites: true },
};

const [, script, level] = process.argv;

const session = asyncContextManager(async function* session() {
  yield 1;
});

if (level === 'memory') console.log(JSON.stringify(await memory()));
else if (level) console.log(JSON.stringify(await cost(levels[level])));
else {
  const found = Object.fromEntries(Object.keys(levels).map((name) => [name, measured(name)]));
  const kept = { ...found, ...measured('memory') };
  console.log(kept);
  keep('observe', kept);
}

function measured(name) {
  return JSON.parse(execFileSync(process.execPath, [script, name], { encoding: 'utf8' }));
}

/** The median of the differences, over rounds that each measure with and without. */
async function cost(options) {
  await enterMany(20_000);
  const differences = [];
  for (let round = 0; round < 31; round++) {
    const without = await timed();
    const watch = observe(options);
    const during = await timed();
    watch.stop();
    differences.push(during - without);
  }
  return differences.toSorted((one, other) => one - other)[15];
}

/** Microseconds of CPU time for one entry and exit. */
async function timed() {
  const count = 4_000;
  const start = process.cpuUsage();
  await enterMany(count);
  const { user, system } = process.cpuUsage(start);
  return (user + system) / count;
}

async function enterMany(count) {
  for (let index = 0; index < count; index++) await withAsync(session(), () => 1);
}

async function memory() {
  setFlagsFromString('--expose-gc');
  const collectGarbage = runInNewContext('gc');
  const heap = () => (collectGarbage(), collectGarbage(), process.memoryUsage().heapUsed);
  // The target of a WeakRef is kept alive until the event loop turns.
  const turn = () => new Promise((resolve) => setTimeout(resolve, 50));
  const open = async (count) => {
    let close;
    const gate = new Promise((resolve) => (close = resolve));
    const before = heap();
    const blocks = Array.from({ length: count }, () => withAsync(session(), () => gate));
    await turn();
    const bytes = (heap() - before) / count;
    close();
    await Promise.all(blocks);
    return bytes;
  };
  await open(1_000);
  const unobserved = await open(20_000);
  observe();
  await open(1_000);
  const bytesPerVisit = Math.round((await open(20_000)) - unobserved);
  await enterMany(100_000);
  await turn();
  const before = heap();
  await enterMany(1_000_000);
  await turn();
  return { bytesPerVisit, kilobytesAfterAMillion: Math.round((heap() - before) / 1024) };
}
