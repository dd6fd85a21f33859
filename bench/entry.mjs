// What one entry and exit costs, against driving the same generator by hand. Run it with `npm run bench`.

import { asyncContextManager, contextManager, withAsync, withSync } from 'withal';
import { driveAsync, driveSync } from './by-hand.mjs';
import { measureEach, measureRounds, ratioCells, ratioOf, timeOf } from './rounds.mjs';

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

/** The ratio is not to exceed the goal. */
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

await measureEach(scenarios, {
  head: ['', 'by hand, ns', 'withal, ns', 'ratio', 'quartiles', 'goal'],
  async measure({ byHand, withal }) {
    const measured = await measureRounds({ byHand, withal }, { rounds, time: 20, warmupTime: 500 });
    if (outcomes < rounds * batchSize) throw new Error('The generators were not told of the outcomes.');
    return measured;
  },
  ratio: (measured) => ratioOf(measured, 'withal', 'byHand'),
  row: (name, { goal }, measured) => [
    name,
    ...['byHand', 'withal'].map((task) => (timeOf(measured, task) / batchSize).toFixed(0)),
    ...ratioCells(ratioOf(measured, 'withal', 'byHand'), goal),
  ],
});
