// What a manager costs that is composed with `enter`, against nested blocks of the same managers: as many generators
// either way. Beside it the floor: the same generators, `yield*` included, driven by hand, with no care for errors. A
// `yield*` in an async generator costs two awaits by itself. Run it with `npm run bench:compose`.

import { asyncContextManager, contextManager, enter, withAsync, withSync } from 'withal';
import { asked, driveComposedAsync, driveComposedSync } from './by-hand.mjs';
import { checkExits, exited, part, partAsync } from './part.mjs';
import { measureEach, measureRounds, ratioCells, ratioOf, timeOf } from './rounds.mjs';

const goal = 1.6;
const batchSize = 1000;

const opened = contextManager(part);
const openedAsync = asyncContextManager(partAsync);

// One generator around three, in each form.

const composed = contextManager(function* composed(value) {
  const a = yield* enter(opened(value));
  const b = yield* enter(opened(a));
  const c = yield* enter(opened(b));
  try {
    yield c;
  } finally {
    exited();
  }
});

const composedAsync = asyncContextManager(async function* composedAsync(value) {
  const a = yield* enter(openedAsync(value));
  const b = yield* enter(openedAsync(a));
  const c = yield* enter(openedAsync(b));
  try {
    yield c;
  } finally {
    exited();
  }
});

function* byHand(value) {
  const a = yield* asked(part(value));
  const b = yield* asked(part(a));
  const c = yield* asked(part(b));
  try {
    yield c;
  } finally {
    exited();
  }
}

async function* byHandAsync(value) {
  const a = yield* asked(partAsync(value));
  const b = yield* asked(partAsync(a));
  const c = yield* asked(partAsync(b));
  try {
    yield c;
  } finally {
    exited();
  }
}

const body = (value) => value + 1;
const bodyAsync = async (value) => value + 1;

const nest = (run, value, innermost) => run(value, (a) => run(a, (b) => run(b, (c) => run(c, innermost))));

const scenarios = {
  sync: {
    'by hand': repeated((value) => driveComposedSync(byHand, value, body)),
    nested: repeated((value) => nest((given, then) => withSync(opened(given), then), value, body)),
    composed: repeated((value) => withSync(composed(value), body)),
  },
  async: {
    'by hand': repeatedAsync((value) => driveComposedAsync(byHandAsync, value, bodyAsync)),
    nested: repeatedAsync((value) => nest((given, then) => withAsync(openedAsync(given), then), value, bodyAsync)),
    composed: repeatedAsync((value) => withAsync(composedAsync(value), bodyAsync)),
  },
};

function repeated(operation) {
  return () => {
    for (let value = 0; value < batchSize; value++) operation(value);
  };
}

function repeatedAsync(operation) {
  return async () => {
    for (let value = 0; value < batchSize; value++) await operation(value);
  };
}

await measureEach(scenarios, {
  head: ['', 'by hand, ns', 'nested, ns', 'composed, ns', 'ratio', 'quartiles', 'goal', 'floor'],
  async measure(tasks) {
    const measured = await measureRounds(tasks, { rounds: 61, time: 20, warmupTime: 500 });
    checkExits();
    return measured;
  },
  ratio: (measured) => ({
    ...ratioOf(measured, 'composed', 'nested'),
    floor: ratioOf(measured, 'by hand', 'nested').median,
    goal,
  }),
  row: (name, tasks, measured) => [
    name,
    ...Object.keys(tasks).map((task) => (timeOf(measured, task) / batchSize).toFixed(0)),
    ...ratioCells(ratioOf(measured, 'composed', 'nested'), goal),
    ratioOf(measured, 'by hand', 'nested').median.toFixed(3),
  ],
});
