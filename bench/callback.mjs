// What an entry and exit through `fromCallback` costs, compared with passing the same body to the API directly, and
// what a generator manager costs. Run it with `npm run bench:callback`.

import { AsyncLocalStorage } from 'node:async_hooks';
import { asyncContextManager, fromCallback, withAsync } from 'withal';
import { checkExits, exited, partAsync } from './part.mjs';
import { measureEach, measureRounds, ratioCells, ratioOf, timeOf } from './rounds.mjs';

const batchSize = 1000;

const openedAsync = asyncContextManager(partAsync);

/** The least that an API with a callback can do. */
async function around(body) {
  try {
    return await body(1);
  } finally {
    exited();
  }
}

const storage = new AsyncLocalStorage();

function ambient(body) {
  return storage.run('context', () => around(body));
}

const body = async (value) => value + 1;

const scenarios = { 'a callback': comparing(around), 'ambient context': comparing(ambient) };

function comparing(api) {
  return {
    'by hand': repeated(() => api(body)),
    fromCallback: repeated(() => withAsync(fromCallback(api), body)),
    generator: repeated(() => withAsync(openedAsync(1), body)),
  };
}

function repeated(operation) {
  return async () => {
    for (let count = 0; count < batchSize; count++) await operation();
  };
}

await measureEach(scenarios, {
  head: ['', 'by hand, ns', 'callback, ns', 'generator, ns', 'ratio', 'quartiles'],
  async measure(tasks) {
    const measured = await measureRounds(tasks, { rounds: 61, time: 20, warmupTime: 500 });
    checkExits();
    return measured;
  },
  ratio: (measured) => ({
    ...ratioOf(measured, 'fromCallback', 'by hand'),
    nanoseconds: timeOf(measured, 'fromCallback') / batchSize,
  }),
  row: (name, tasks, measured) => [
    name,
    ...Object.keys(tasks).map((task) => (timeOf(measured, task) / batchSize).toFixed(0)),
    ...ratioCells(ratioOf(measured, 'fromCallback', 'by hand')),
  ],
});
