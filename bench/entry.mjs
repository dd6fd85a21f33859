// What one entry and exit costs, against driving the same generator by hand. Run it with `npm run bench`.
//
// Both sides are measured in many short rounds, in alternating order, and the ratio is taken in each round: whatever
// slows the machine down for a while slows both. Each scenario has a process of its own, so that what the engine
// learned from one neither helps nor hinders another.

import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { Bench } from 'tinybench';
import { asyncContextManager, contextManager, withAsync, withSync } from 'withal';
import { driveAsync, driveSync } from './by-hand.mjs';

const rounds = 61;
const batchSize = 2000;

// What is managed: as little as a manager can do that is told of the outcome.

let outcomes = 0;

function* counting(value) {
  try {
    yield value;
  } catch (error) {
    outcomes += 1;
    throw error;
  }
  outcomes += 1;
}

async function* countingAsync(value) {
  try {
    yield value;
  } catch (error) {
    outcomes += 1;
    throw error;
  }
  outcomes += 1;
}

const counted = contextManager(counting);
const countedAsync = asyncContextManager(countingAsync);

// What the block does. The error is made once: making one costs more than all the rest.

const add = (value) => value + 1;
const addAsync = async (value) => value + 1;

const error = new Error('thrown by the block');
const fail = () => {
  throw error;
};

/** The ratio is not to exceed the goal; an aim is only for comparison. */
const scenarios = {
  async: {
    goal: 1.1,
    byHand: repeatedAsync((value) => driveAsync(countingAsync, value, addAsync)),
    withal: repeatedAsync((value) => withAsync(countedAsync(value), addAsync)),
  },
  'async, throwing': {
    goal: 1.15,
    byHand: repeatedAsync((value) => driveAsync(countingAsync, value, fail)),
    withal: repeatedAsync((value) => withAsync(countedAsync(value), fail)),
  },
  sync: {
    goal: 1.5,
    byHand: repeated((value) => driveSync(counting, value, add)),
    withal: repeated((value) => withSync(counted(value), add)),
  },
  'sync, throwing': {
    aim: 1.5,
    byHand: repeated((value) => driveSync(counting, value, fail)),
    withal: repeated((value) => withSync(counted(value), fail)),
  },
};

/** A timer is too coarse, and too dear, for a single entry. */
function repeated(operation) {
  return () => {
    for (let value = 0; value < batchSize; value++) {
      try {
        operation(value);
      } catch (caught) {
        expectOwn(caught);
      }
    }
  };
}

function repeatedAsync(operation) {
  return async () => {
    for (let value = 0; value < batchSize; value++) {
      try {
        await operation(value);
      } catch (caught) {
        expectOwn(caught);
      }
    }
  };
}

function expectOwn(caught) {
  if (caught !== error) throw caught;
}

// One scenario, in a process of its own

async function measure({ byHand, withal }) {
  const bench = new Bench({ time: 20, iterations: 3, warmupTime: 500, throws: true });
  bench.add('by hand', byHand).add('withal', withal);
  const [hand, library] = bench.tasks;
  for (const task of [hand, library, hand, library]) await task.warmup();
  const pairs = [];
  for (let round = 0; round < rounds; round++) pairs.push(await pairOf(hand, library, round % 2 === 0));
  if (outcomes < rounds * batchSize) throw new Error('The generators were not told of the outcomes.');
  return pairs;
}

async function pairOf(hand, library, isHandFirst) {
  for (const task of isHandFirst ? [hand, library] : [library, hand]) {
    // A task that has a result is not run again.
    task.reset();
    await task.run();
  }
  return { byHand: nanoseconds(hand), withal: nanoseconds(library) };
}

function nanoseconds({ result }) {
  return (result.latency.mean * 1e6) / batchSize;
}

// All of them, and the table

function row([name, { goal, aim }]) {
  const pairs = measureApart(name);
  const ratio = quantiles(pairs.map(({ byHand, withal }) => withal / byHand));
  return [
    name,
    quantiles(pairs.map(({ byHand }) => byHand)).median.toFixed(0),
    quantiles(pairs.map(({ withal }) => withal)).median.toFixed(0),
    ratio.median.toFixed(3),
    `${ratio.lower.toFixed(3)} - ${ratio.upper.toFixed(3)}`,
    goal ? `${ratio.median <= goal ? '✔' : '✘'} <= ${goal.toFixed(2)}` : `(${aim.toFixed(2)})`,
  ];
}

function measureApart(name) {
  return JSON.parse(execFileSync(process.execPath, [fileURLToPath(import.meta.url), name], { encoding: 'utf8' }));
}

function quantiles(values) {
  const sorted = values.toSorted((one, other) => one - other);
  const [lower, median, upper] = [1, 2, 3].map((quarter) => sorted[Math.floor((quarter * sorted.length) / 4)]);
  return { lower, median, upper };
}

function print([name, ...cells]) {
  console.log(name.padEnd(16), ...cells.map((cell) => cell.padStart(13)));
}

const [, , scenario] = process.argv;
if (scenario) {
  console.log(JSON.stringify(await measure(scenarios[scenario])));
} else {
  print(['', 'by hand, ns', 'withal, ns', 'ratio', 'quartiles', 'goal']);
  for (const entry of Object.entries(scenarios)) print(row(entry));
}
