// What one entry and exit costs with the alternatives, compared with this package: the same resource, the same body.
// Run it with `npm run bench:others`; `using` is lowered if the runtime doesn't have it.

import { measureEach, measureRounds, ratioOf, timeOf } from './rounds.mjs';
import { forms, suppressors } from './peers.mjs';

const batchSize = 500;

/** The number of releases by peer: each peer must release. */
const releases = new Map();

// Created once, because creating an error costs more than everything else.
const error = new Error('thrown by the block');

const succeed = (value) => value + 1;
const fail = () => {
  throw error;
};

/** What the block does, and what the resource's release returns. */
const endings = {
  returning: { body: succeed },
  throwing: { body: fail },
  suppressing: { body: fail, answer: { value: 0 }, only: suppressors },
};

const scenarios = Object.fromEntries(
  Object.entries(forms).flatMap(([form, blocks]) =>
    Object.entries(endings).map(([name, ending]) => [`${form}, ${name}`, tasksOf(form, blocks, ending)]),
  ),
);

function tasksOf(form, blocks, { body, answer, only = Object.keys(blocks) }) {
  const counted = (peer) => () => {
    releases.set(peer, (releases.get(peer) ?? 0) + 1);
    return answer;
  };
  const peers = Object.entries(blocks).filter(([peer]) => only.includes(peer));
  return Object.fromEntries(
    peers.map(([peer, block]) => {
      const release = counted(peer);
      return [peer, form.endsWith('sync') ? syncTask(block, release, body) : asyncTask(block, release, body)];
    }),
  );
}

function syncTask(block, release, body) {
  const resources = [{ acquire: () => 1, release }];
  return repeatedSync(() => block(resources, body));
}

function asyncTask(block, release, body) {
  const resources = [{ acquire: async () => 1, release: async () => release() }];
  return repeated(() => block(resources, async (value) => body(value)));
}

function repeated(operation) {
  return async () => {
    for (let run = 0; run < batchSize; run++) await operation().catch(expectOwn);
  };
}

function repeatedSync(operation) {
  return () => {
    for (let run = 0; run < batchSize; run++) {
      try {
        operation();
      } catch (caught) {
        expectOwn(caught);
      }
    }
  };
}

/** Some peers wrap the error. */
function expectOwn(caught) {
  if (caught !== error && caught?.cause !== error) throw caught;
}

const ratiosOf = (measured) =>
  Object.fromEntries(Object.keys(measured[0]).map((peer) => [peer, ratioOf(measured, peer, 'withal')]));

await measureEach(scenarios, {
  head: ['', 'times as long as withal'],
  async measure(tasks) {
    const measured = await measureRounds(tasks, { rounds: 31, time: 20, warmupTime: 300 });
    const idle = Object.keys(tasks).filter((peer) => !releases.get(peer));
    if (idle.length > 0) throw new Error(`Nothing was released by ${idle.join(', ')}.`);
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
