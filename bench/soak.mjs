// A million entries and exits, and a hundred thousand that fail: does the heap keep its size, and is any listener,
// timer or handle left? Run it with `npm run soak`.

import { getEventListeners } from 'node:events';
import { setImmediate } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import {
  aclosing,
  AbstractAsyncContextManager,
  asyncContextDecorator,
  asyncContextManager,
  AsyncExitStack,
  contextManager,
  enter,
  scopeAsync,
  suppress,
  timeout,
  withAsync,
  withSync,
} from 'withal';
import { terminationSignal } from 'withal/node';
import { keep } from './results.mjs';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc');

const opened = asyncContextManager(async function* opened(value) {
  try {
    yield { value, data: new Array(10).fill(value) };
  } catch (error) {
    throw new Error('translated', { cause: error });
  }
});

const failing = asyncContextManager(async function* failing() {
  try {
    yield;
  } finally {
    throw new Error('teardown');
  }
});

const section = contextManager(function* section(value) {
  yield value;
});

class Session extends AbstractAsyncContextManager {
  async exitAsync() {}
}

const app = asyncContextManager(async function* app(value) {
  const inner = yield* enter(opened(value));
  yield* enter(new Session());
  yield inner;
});

async function* numbers() {
  for (let number = 0; ; number++) yield number;
}

const { signal } = new AbortController();
const decorated = asyncContextDecorator(opened(0))(async (value) => value);

/** Each run enters something in a different way. */
const ways = [
  (value) => withAsync(opened(value), () => value),
  (value) => withSync(section(value), () => value),
  () => withAsync(new Session(), () => undefined),
  (value) => withAsync(app(value), () => value),
  (value) =>
    withAsync(new AsyncExitStack(), async (stack) => {
      await stack.enterContext(opened(value));
      stack.defer(() => undefined);
    }),
  (value) =>
    scopeAsync(async function* () {
      yield* enter(opened(value));
    }),
  () => withAsync(aclosing(numbers()), async (source) => (await source.next()).value),
  () => withAsync(timeout(60_000, { signal }), () => undefined),
  () => withAsync(terminationSignal(), () => undefined),
  decorated,
];

const failure = new Error('shared by many runs');
const fail = () => {
  throw failure;
};

const failingWays = [
  (value) => withAsync(opened(value), fail),
  () => withAsync(failing(), fail),
  (value) => withAsync(app(value), fail),
  () => withAsync(new AsyncExitStack(), (stack) => stack.enterContext(failing()).then(fail)),
  () =>
    withAsync(
      suppress(() => true),
      fail,
    ),
  () => withAsync(timeout(60_000, { signal }), fail),
];

async function run(count, ways) {
  for (let value = 0; value < count; value++) {
    await expected(ways, () => ways[value % ways.length](value));
    // Node releases the handles of signals when the event loop turns.
    if (value % 1_000 === 0) await setImmediate();
  }
}

/** Only expected failures may occur. */
async function expected(ways, way) {
  try {
    await way();
  } catch (error) {
    if (ways !== failingWays) throw error;
  }
}

function heap() {
  collectGarbage();
  return process.memoryUsage().heapUsed;
}

/** How many kilobytes the heap has grown after each tenth of the runs. */
async function growth(count, ways) {
  await run(20_000, ways);
  const before = heap();
  const grown = [];
  for (let tenth = 0; tenth < 10; tenth++) {
    await run(count / 10, ways);
    grown.push(Math.round((heap() - before) / 1024));
  }
  return grown;
}

const timers = () => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;
const signals = () => process.getActiveResourcesInfo().filter((name) => name === 'SignalWrap').length;
const listeners = () =>
  ['SIGINT', 'SIGTERM'].reduce(
    (sum, name) => sum + process.listenerCount(name),
    getEventListeners(signal, 'abort').length,
  );

const found = {
  'entries and exits': { runs: 1_000_000, kilobytes: await growth(1_000_000, ways) },
  failing: { runs: 100_000, kilobytes: await growth(100_000, failingWays) },
  left: { timers: timers(), signals: signals(), listeners: listeners() },
};
console.log(JSON.stringify(found));
keep('soak', found);

const grown = [found['entries and exits'], found.failing].map(({ kilobytes }) => kilobytes.at(-1) - kilobytes[0]);
const left = Object.values(found.left);
if (grown.some((kilobytes) => kilobytes > 256) || left.some((count) => count > 0))
  throw new Error('The runs left something behind.');
