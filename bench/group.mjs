// What a `taskGroup` costs for one task and for many, compared with `Promise.all`, which doesn't wait for the others
// when one fails. The floor is the least that waits for all: an AbortController and `Promise.allSettled`. Run it with
// `npm run bench:group`.

import { taskGroup, withAsync } from 'withal';
import { measureEach, measureRounds, ratioCells, ratioOf, timeOf } from './rounds.mjs';

const batchSize = 1000;

const task = async () => 1;

const scenarios = { '1 task': groupsOf(1), '10 tasks': groupsOf(10), '100 tasks': groupsOf(100) };

function groupsOf(count) {
  const tasks = Array.from({ length: count }, () => task);
  return {
    'Promise.all': repeated(count, () => Promise.all(tasks.map((task) => task()))),
    allSettled: repeated(count, () => allOf(tasks)),
    taskGroup: repeated(count, () =>
      withAsync(taskGroup(), async ({ start }) => {
        for (const task of tasks) void start(task);
      }),
    ),
  };
}

async function allOf(tasks) {
  const controller = new AbortController();
  const watched = async (task) => {
    try {
      return await task(controller.signal);
    } catch (error) {
      controller.abort(error);
      throw error;
    }
  };
  const results = await Promise.allSettled(tasks.map(watched));
  for (const { status, reason } of results) if (status === 'rejected') throw reason;
}

/** The same number of tasks in a batch, whatever the size of a group. */
function repeated(count, operation) {
  return async () => {
    for (let started = 0; started < batchSize; started += count) await operation();
  };
}

await measureEach(scenarios, {
  head: ['of each task', 'all, ns', 'allSettled, ns', 'group, ns', 'ratio', 'quartiles', '', 'floor'],
  measure: (tasks) => measureRounds(tasks, { rounds: 61, time: 20, warmupTime: 500 }),
  ratio: (measured) => ({
    ...ratioOf(measured, 'taskGroup', 'Promise.all'),
    floor: ratioOf(measured, 'allSettled', 'Promise.all').median,
    nanoseconds: timeOf(measured, 'taskGroup') / batchSize,
  }),
  row: (name, tasks, measured) => [
    name,
    ...Object.keys(tasks).map((task) => (timeOf(measured, task) / batchSize).toFixed(0)),
    ...ratioCells(ratioOf(measured, 'taskGroup', 'Promise.all')),
    ratioOf(measured, 'allSettled', 'Promise.all').median.toFixed(3),
  ],
});
