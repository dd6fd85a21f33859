// What filling and unwinding a stack costs, compared with the runtime's own stacks, if it has them (Node 24 or later).
// Run it with `npm run bench:stack`.

import { AsyncExitStack, ExitStack } from 'withal';
import { keep } from './results.mjs';
import { measureRounds, ratioOf, timeOf } from './rounds.mjs';

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

if (DisposableStack) {
  const ratios = {};
  console.log(['entries'.padStart(9), 'kind ', 'native, ns', 'withal, ns', 'ratio'].join('  '));
  for (const size of [1, 10, 1000, 100_000]) {
    for (const [kind, native, own] of [
      ['sync', sync(DisposableStack, size), sync(ExitStack, size)],
      ['async', async(AsyncDisposableStack, size), async(AsyncExitStack, size)],
    ]) {
      const measured = await measureRounds({ native, own }, { rounds: 31, time: 10, warmupTime: 200 });
      const [nativeTime, ownTime] = ['native', 'own'].map((name) => timeOf(measured, name).toFixed(0).padStart(10));
      const ratio = ratioOf(measured, 'own', 'native').median.toFixed(2);
      ratios[`${kind}, ${size}`] = ratioOf(measured, 'own', 'native');
      console.log([String(size).padStart(9), kind.padEnd(5), nativeTime, ownTime, ratio].join('  '));
    }
  }
  if (count === 0) throw new Error('Nothing was unwound.');
  keep('stack', ratios);
} else {
  console.log(`Node ${process.version} has no stacks of its own to compare with. Run this with Node 24 or later.`);
}
