// What managers cost if they are entered with `enter`, in a composition or a flat scope, compared with nested blocks of
// the same managers. The floor is the same generators, `yield*` included, driven by hand without handling errors. A
// `yield*` in an async generator costs two awaits by itself. Run it with `npm run bench:compose`.

import { asyncContextManager, contextManager, enter, scopeAsync, withAsync, withSync } from 'withal';
import { asked, driveComposedAsync, driveComposedSync, driveFlatAsync } from './by-hand.mjs';
import { checkExits, exited, part, partAsync } from './part.mjs';
import { measureEach, measureRounds, ratioCells, ratioOf, timeOf } from './rounds.mjs';

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

// The block itself, flat.

async function* flat(value) {
  const a = yield* enter(openedAsync(value));
  const b = yield* enter(openedAsync(a));
  const c = yield* enter(openedAsync(b));
  return await bodyAsync(c);
}

async function* flatByHand(value) {
  const a = yield* asked(partAsync(value));
  const b = yield* asked(partAsync(a));
  const c = yield* asked(partAsync(b));
  return await bodyAsync(c);
}

const body = (value) => value + 1;
const bodyAsync = async (value) => value + 1;

const nest = (run, value, innermost) => run(value, (a) => run(a, (b) => run(b, (c) => run(c, innermost))));

const nestedAsync = repeatedAsync((value) =>
  nest((given, then) => withAsync(openedAsync(given), then), value, bodyAsync),
);

const scenarios = {
  sync: {
    byHand: repeated((value) => driveComposedSync(byHand, value, body)),
    nested: repeated((value) => nest((given, then) => withSync(opened(given), then), value, body)),
    withEnter: repeated((value) => withSync(composed(value), body)),
  },
  async: {
    goal: 1.6,
    byHand: repeatedAsync((value) => driveComposedAsync(byHandAsync, value, bodyAsync)),
    nested: nestedAsync,
    withEnter: repeatedAsync((value) => withAsync(composedAsync(value), bodyAsync)),
  },
  flat: {
    byHand: repeatedAsync((value) => driveFlatAsync(flatByHand, value)),
    nested: nestedAsync,
    withEnter: repeatedAsync((value) => scopeAsync(flat, value)),
  },
  // A function created for each call, as an arrow function would be; generators can't be arrow functions.
  'flat, inline': {
    byHand: repeatedAsync((value) =>
      driveFlatAsync(async function* () {
        const a = yield* asked(partAsync(value));
        const b = yield* asked(partAsync(a));
        const c = yield* asked(partAsync(b));
        return await bodyAsync(c);
      }),
    ),
    nested: nestedAsync,
    withEnter: repeatedAsync((value) =>
      scopeAsync(async function* () {
        const a = yield* enter(openedAsync(value));
        const b = yield* enter(openedAsync(a));
        const c = yield* enter(openedAsync(b));
        return await bodyAsync(c);
      }),
    ),
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
  head: ['', 'by hand, ns', 'nested, ns', 'enter, ns', 'ratio', 'quartiles', 'goal', 'floor'],
  async measure({ byHand, nested, withEnter }) {
    const measured = await measureRounds({ byHand, nested, withEnter }, { rounds: 61, time: 20, warmupTime: 500 });
    checkExits();
    return measured;
  },
  ratio: (measured, { goal }) => ({
    ...ratioOf(measured, 'withEnter', 'nested'),
    floor: ratioOf(measured, 'byHand', 'nested').median,
    goal,
  }),
  row: (name, { goal }, measured) => [
    name,
    ...['byHand', 'nested', 'withEnter'].map((task) => (timeOf(measured, task) / batchSize).toFixed(0)),
    ...ratioCells(ratioOf(measured, 'withEnter', 'nested'), goal),
    ratioOf(measured, 'byHand', 'nested').median.toFixed(3),
  ],
});
