// What one entry and exit costs, compared with driving the same generator by hand. The floor is the least that has to
// be done if a manager is an object and no error may be lost. Run it with `npm run bench`.

import { asyncContextManager, contextManager, withAsync, withSync } from 'withal';
import { driveAsync, driveHeldAsync, driveHeldSync, driveSync, held } from './by-hand.mjs';
import { measureEach, measureRounds, ratioCells, ratioOf, timeOf } from './rounds.mjs';

const rounds = 61;
const batchSize = 2000;

// The managers do as little as a manager that gets the outcome can do.

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

function* recovering(value) {
  try {
    yield value;
  } catch {
    outcomes += 1;
    return value;
  }
}

async function* recoveringAsync(value) {
  try {
    yield value;
  } catch {
    outcomes += 1;
    return value;
  }
}

const counted = contextManager(counting);
const countedAsync = asyncContextManager(countingAsync);
const recovered = contextManager(recovering);
const recoveredAsync = asyncContextManager(recoveringAsync);

const [heldCounting, heldCountingAsync, heldRecovering, heldRecoveringAsync] = [
  counting,
  countingAsync,
  recovering,
  recoveringAsync,
].map(held);

// What the block does. The error is created once, because creating one costs more than everything else.

const add = (value) => value + 1;
const addAsync = async (value) => value + 1;

const error = new Error('thrown by the block');
const fail = () => {
  throw error;
};
const failAsync = async () => {
  throw error;
};

/** The ratio must not exceed the goal. */
const scenarios = {
  async: {
    goal: 1.05,
    byHand: repeatedAsync((value) => driveAsync(countingAsync, value, addAsync)),
    least: repeatedAsync((value) => driveHeldAsync(heldCountingAsync(value), addAsync)),
    withal: repeatedAsync((value) => withAsync(countedAsync(value), addAsync)),
  },
  'async, throwing': {
    goal: 1.1,
    byHand: repeatedAsync((value) => driveAsync(countingAsync, value, fail)),
    least: repeatedAsync((value) => driveHeldAsync(heldCountingAsync(value), fail)),
    withal: repeatedAsync((value) => withAsync(countedAsync(value), fail)),
  },
  'async, rejecting': {
    goal: 1.1,
    byHand: repeatedAsync((value) => driveAsync(countingAsync, value, failAsync)),
    least: repeatedAsync((value) => driveHeldAsync(heldCountingAsync(value), failAsync)),
    withal: repeatedAsync((value) => withAsync(countedAsync(value), failAsync)),
  },
  'async, suppressing': {
    goal: 1.1,
    byHand: repeatedAsync((value) => driveAsync(recoveringAsync, value, fail)),
    least: repeatedAsync((value) => driveHeldAsync(heldRecoveringAsync(value), fail)),
    withal: repeatedAsync((value) => withAsync(recoveredAsync(value), fail)),
  },
  sync: {
    goal: 1.3,
    byHand: repeated((value) => driveSync(counting, value, add)),
    least: repeated((value) => driveHeldSync(heldCounting(value), add)),
    withal: repeated((value) => withSync(counted(value), add)),
  },
  'sync, throwing': {
    byHand: repeated((value) => driveSync(counting, value, fail)),
    least: repeated((value) => driveHeldSync(heldCounting(value), fail)),
    withal: repeated((value) => withSync(counted(value), fail)),
  },
  'sync, suppressing': {
    byHand: repeated((value) => driveSync(recovering, value, fail)),
    least: repeated((value) => driveHeldSync(heldRecovering(value), fail)),
    withal: repeated((value) => withSync(recovered(value), fail)),
  },
};

/** A timer is too coarse and too expensive for a single entry. */
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
  head: ['', 'by hand, ns', 'withal, ns', 'ratio', 'quartiles', 'goal', 'floor'],
  async measure({ byHand, least, withal }) {
    const measured = await measureRounds({ byHand, least, withal }, { rounds, time: 20, warmupTime: 500 });
    if (outcomes < rounds * batchSize) throw new Error('Some generators did not get the outcome.');
    return measured;
  },
  ratio: (measured, { goal }) => ({
    ...ratioOf(measured, 'withal', 'byHand'),
    goal,
    floor: ratioOf(measured, 'least', 'byHand').median,
  }),
  row: (name, { goal }, measured) => [
    name,
    ...['byHand', 'withal'].map((task) => (timeOf(measured, task) / batchSize).toFixed(0)),
    ...ratioCells(ratioOf(measured, 'withal', 'byHand'), goal),
    ratioOf(measured, 'least', 'byHand').median.toFixed(3),
  ],
});
