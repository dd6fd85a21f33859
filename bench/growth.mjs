// How the cost of a run grows: with nested blocks, with the number of managers on a stack or in a composition, and with
// the number of concurrent runs. Run it with `npm run bench:growth`.

import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { asyncContextManager, AsyncExitStack, contextManager, enter, ExitStack, withAsync, withSync } from 'withal';
import { driveAsync, driveSync } from './by-hand.mjs';
import { checkExits, exited, part, partAsync } from './part.mjs';
import { keep } from './results.mjs';
import { measureRounds, ratioOf, timeOf } from './rounds.mjs';

const opened = contextManager(part);
const openedAsync = asyncContextManager(partAsync);

const nested = (drive, depth, value) => (depth === 0 ? value : drive(value, (next) => nested(drive, depth - 1, next)));

// Ten nested blocks

const depth = 10;

async function nesting() {
  const batch = 200;
  const repeated = (operation) => async () => {
    for (let value = 0; value < batch; value++) await operation(value);
  };
  const kinds = {
    async: {
      byHand: repeated((value) => nested((given, body) => driveAsync(partAsync, given, body), depth, value)),
      withal: repeated((value) => nested((given, body) => withAsync(openedAsync(given), body), depth, value)),
    },
    sync: {
      byHand: repeated((value) => nested((given, body) => driveSync(part, given, body), depth, value)),
      withal: repeated((value) => nested((given, body) => withSync(opened(given), body), depth, value)),
    },
  };
  const found = {};
  for (const [kind, tasks] of Object.entries(kinds)) {
    const measured = await measureRounds(tasks, { rounds: 31, time: 20, warmupTime: 300 });
    found[kind] = {
      ns: timeOf(measured, 'withal') / batch / depth,
      ratio: ratioOf(measured, 'withal', 'byHand').median,
    };
  }
  return found;
}

// A stack and a composition of many managers

const filled = {
  'AsyncExitStack, managers': (size) =>
    withAsync(new AsyncExitStack(), async (stack) => {
      for (let index = 0; index < size; index++) await stack.enterContext(openedAsync(index));
    }),
  'ExitStack, managers': (size) =>
    withSync(new ExitStack(), (stack) => {
      for (let index = 0; index < size; index++) stack.enterContext(opened(index));
    }),
  'AsyncExitStack, callbacks': (size) =>
    withAsync(new AsyncExitStack(), (stack) => {
      for (let index = 0; index < size; index++) stack.defer(exited);
    }),
  composition: (size) => withAsync(composed(size), () => undefined),
};

const composed = asyncContextManager(async function* composed(size) {
  for (let index = 0; index < size; index++) yield* enter(openedAsync(index));
  yield;
});

/** Nanoseconds for each manager that is held, by their number. */
async function holding() {
  const found = {};
  for (const [name, operation] of Object.entries(filled)) {
    found[name] = {};
    for (const size of [10, 1_000, 100_000]) {
      const measured = await measureRounds({ task: () => operation(size) }, { rounds: 9, time: 50, warmupTime: 200 });
      found[name][size] = timeOf(measured, 'task') / size;
    }
  }
  return found;
}

// Many concurrent runs

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc');

/** Bytes that each run holds while its body waits, and the nanoseconds that it takes in all. */
async function runningAtOnce(count, run) {
  let open;
  const gate = new Promise((resolve) => {
    open = resolve;
  });
  collectGarbage();
  const before = process.memoryUsage().heapUsed;
  const start = performance.now();
  const runs = Array.from({ length: count }, (_, index) => run(index, () => gate));
  for (let turn = 0; turn < 10; turn++) await undefined;
  const waiting = performance.now() - start;
  collectGarbage();
  const bytes = process.memoryUsage().heapUsed - before;
  const resumed = performance.now();
  open();
  await Promise.all(runs);
  return { bytes: bytes / count, ns: ((waiting + performance.now() - resumed) * 1e6) / count };
}

async function concurrency() {
  const ways = {
    'by hand': (index, body) => driveAsync(partAsync, index, body),
    withal: (index, body) => withAsync(openedAsync(index), body),
  };
  const found = {};
  for (const [name, run] of Object.entries(ways)) {
    found[name] = {};
    for (let warmUp = 0; warmUp < 5; warmUp++) await runningAtOnce(10_000, run);
    for (const count of [100, 1_000, 10_000]) found[name][count] = await medianOf(() => runningAtOnce(count, run));
  }
  return found;
}

async function medianOf(measure) {
  const found = [];
  for (let round = 0; round < 9; round++) found.push(await measure());
  const median = (key) => found.map((values) => values[key]).toSorted((one, other) => one - other)[4];
  return { bytes: median('bytes'), ns: median('ns') };
}

const found = { nesting: await nesting(), holding: await holding(), concurrency: await concurrency() };
checkExits();
console.log(
  JSON.stringify(found, (_key, value) => (typeof value === 'number' ? Math.round(value * 100) / 100 : value), 2),
);
keep('growth', found);
