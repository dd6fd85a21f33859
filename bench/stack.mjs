// What it costs to fill and to unwind a stack, against the runtime's own stacks, where it has them (Node 24 or later).
// Run it with `npm run bench:stack`. Both sides are measured in many short rounds, in alternating order.

import { Bench } from 'tinybench';
import { AsyncExitStack, ExitStack } from 'withal';

const rounds = 31;
const { AsyncDisposableStack, DisposableStack } = globalThis;

let count = 0;
const callback = () => {
  count += 1;
};

const filled = (Stack, size) => {
  const stack = new Stack();
  for (let index = 0; index < size; index++) stack.defer(callback);
  return stack;
};

const sync = (Stack, size) => () => filled(Stack, size).dispose();
const async = (Stack, size) => () => filled(Stack, size).disposeAsync();

async function ratioOf(native, own) {
  const bench = new Bench({ time: 10, iterations: 3, warmupTime: 200, throws: true });
  bench.add('native', native).add('own', own);
  for (const task of bench.tasks) await task.warmup();
  const pairs = [];
  for (let round = 0; round < rounds; round++) pairs.push(await pairOf(bench.tasks, round % 2 === 0));
  return pairs;
}

async function pairOf([native, own], isNativeFirst) {
  for (const task of isNativeFirst ? [native, own] : [own, native]) {
    task.reset();
    await task.run();
  }
  return [native, own].map(({ result }) => result.latency.mean * 1e6);
}

function median(values) {
  return values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)];
}

if (DisposableStack) {
  console.log(['entries'.padStart(9), 'kind ', 'native, ns', 'withal, ns', 'ratio'].join('  '));
  for (const size of [1, 10, 1000, 100_000]) {
    for (const [kind, native, own] of [
      ['sync', sync(DisposableStack, size), sync(ExitStack, size)],
      ['async', async(AsyncDisposableStack, size), async(AsyncExitStack, size)],
    ]) {
      const pairs = await ratioOf(native, own);
      const [nativeTime, ownTime] = [0, 1].map((side) =>
        median(pairs.map((pair) => pair[side]))
          .toFixed(0)
          .padStart(10),
      );
      const ratio = median(pairs.map(([one, other]) => other / one)).toFixed(2);
      console.log([String(size).padStart(9), kind.padEnd(5), nativeTime, ownTime, ratio].join('  '));
    }
  }
  if (count === 0) throw new Error('Nothing was unwound.');
} else {
  console.log(`Node ${process.version} has no stacks of its own to measure against: run this with Node 24 or later.`);
}
