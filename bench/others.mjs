// What one entry and exit costs with those that could be used instead, against this package: the same resource, the same
// body. Run it with `npm run bench:others`; `await using` is lowered where the runtime has none.

import { measureEach, measureRounds, ratioOf, timeOf } from './rounds.mjs';
import { forms } from './peers.mjs';

const batchSize = 500;

let releases = 0;

const resource = {
  acquire: async () => 1,
  release: async () => {
    releases += 1;
  },
};

// Made once: to make an error costs more than all the rest.
const error = new Error('thrown by the block');

const bodies = {
  returning: async (value) => value + 1,
  throwing: async () => {
    throw error;
  },
};

const scenarios = Object.fromEntries(
  Object.entries(forms).flatMap(([form, blocks]) =>
    Object.entries(bodies).map(([name, body]) => [
      `${form}, ${name}`,
      Object.fromEntries(
        Object.entries(blocks).map(([peer, block]) => [peer, repeated(() => block([resource], body))]),
      ),
    ]),
  ),
);

function repeated(operation) {
  return async () => {
    for (let run = 0; run < batchSize; run++) await operation().catch(expectOwn);
  };
}

/** Some wrap what was thrown. */
function expectOwn(caught) {
  if (caught !== error && caught?.cause !== error) throw caught;
}

const ratiosOf = (measured) =>
  Object.fromEntries(Object.keys(measured[0]).map((peer) => [peer, ratioOf(measured, peer, 'withal')]));

await measureEach(scenarios, {
  head: ['', 'times as long as withal'],
  async measure(tasks) {
    const measured = await measureRounds(tasks, { rounds: 31, time: 20, warmupTime: 300 });
    if (releases === 0) throw new Error('Nothing was released.');
    return measured;
  },
  ratio: ratiosOf,
  row: (name, tasks, measured) => [
    name,
    ...Object.entries(ratiosOf(measured)).map(([peer, { median }]) => {
      const time = (timeOf(measured, peer) / batchSize).toFixed(0);
      return `\n  ${peer.padEnd(22)} ${median.toFixed(2).padStart(7)}  ${time.padStart(7)} ns`;
    }),
  ],
});
