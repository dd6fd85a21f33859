// What an item costs if it comes through `aclosing`, compared with a bare `for await` over the same generator. Run it
// with `npm run bench:aclosing`.

import { aclosing, withAsync } from 'withal';
import { measureEach, measureRounds, ratioCells, ratioOf, timeOf } from './rounds.mjs';

const goal = 1.1;
const items = 1000;

let taken = 0;

async function* numbers() {
  for (let number = 0; number < items; number++) yield number;
}

const take = (number) => {
  taken += number;
};

const scenarios = {
  'per item': {
    async bare() {
      for await (const number of numbers()) take(number);
    },
    aclosing: () =>
      withAsync(aclosing(numbers()), async (source) => {
        for await (const number of source) take(number);
      }),
  },
};

await measureEach(scenarios, {
  head: ['', 'bare, ns', 'aclosing, ns', 'ratio', 'quartiles', 'goal'],
  async measure(tasks) {
    const measured = await measureRounds(tasks, { rounds: 61, time: 20, warmupTime: 500 });
    if (taken === 0) throw new Error('No item was read.');
    return measured;
  },
  ratio: (measured) => ({ ...ratioOf(measured, 'aclosing', 'bare'), goal }),
  row: (name, tasks, measured) => [
    name,
    ...Object.keys(tasks).map((task) => (timeOf(measured, task) / items).toFixed(0)),
    ...ratioCells(ratioOf(measured, 'aclosing', 'bare'), goal),
  ],
});
