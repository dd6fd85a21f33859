import fs from 'node:fs/promises';
import { asyncContextManager, contextManager, nullContext } from 'withal';
import { managerCases } from 'withal/testing';

/** A pool in memory. */
class Pool {
  used = new Set();
  rows = [];

  async connect() {
    const { used, rows } = this;
    const inserted = [];
    const client = {
      insert: async (row) => void inserted.push(row),
      commit: async () => void rows.push(...inserted),
      release: async () => void used.delete(client),
    };
    used.add(client);
    return client;
  }
}

const options = {
  in: () => nullContext(new Pool()),
  open: ({ used }) => used.size,
  use: (client) => client.insert('row'),
  effect: ({ rows }) => rows,
};

const committing = asyncContextManager(async function* committing(pool) {
  const client = await pool.connect();
  try {
    yield client;
    await client.commit();
  } finally {
    await client.release();
  }
});

const reading = asyncContextManager(async function* reading() {
  const file = await fs.open(new URL('opened.mjs', import.meta.url));
  try {
    yield file;
  } finally {
    await file.close();
  }
});

const of = (manager) => managerCases((pool, faults) => manager(faults.wrap(pool)), options);

const right = [
  ...of(committing),
  ...managerCases(
    (world, faults) => {
      faults.patch(fs, 'open');
      return reading();
    },
    { use: (file) => file.stat() },
  ).map(({ name, run }) => ({ name: `a file: ${name}`, run })),
];

/** Managers that are wrong in one way, with what a case says about them. */
const wrong = {
  'no finally': [
    /it leaks: it leaves 1 more open than before, acquired by connect\(\) at .*cases\.mjs/,
    of(
      asyncContextManager(async function* leaking(pool) {
        const client = await pool.connect();
        yield client;
        await client.commit();
        await client.release();
      }),
    ),
  ],
  'a commit in a finally': [
    /must have no effect, but it was committed/,
    of(
      asyncContextManager(async function* committing(pool) {
        const client = await pool.connect();
        try {
          yield client;
        } finally {
          await client.commit().finally(() => client.release());
        }
      }),
    ),
  ],
  'a release that is not awaited': [
    /release\(\) at .* was not awaited/,
    of(
      asyncContextManager(async function* hasty(pool) {
        const client = await pool.connect();
        try {
          yield client;
          await client.commit();
        } finally {
          void client.release();
        }
      }),
    ),
  ],
  'a commit whose failure is ignored': [
    /the failure was ignored/,
    of(
      asyncContextManager(async function* careless(pool) {
        const client = await pool.connect();
        try {
          yield client;
          await client.commit().catch(() => {});
        } finally {
          await client.release();
        }
      }),
    ),
  ],
  'an error that is swallowed': [
    /the error was swallowed/,
    managerCases(
      contextManager(function* quiet() {
        try {
          yield;
        } catch {
          // lost
        }
      }),
    ),
  ],
  'a timer that is left': [
    /each one leaves a timer \(.*cases\.mjs/,
    managerCases(
      contextManager(function* beating() {
        later.push(setInterval(() => {}, 1_000));
        yield;
      }),
    ),
  ],
  'a listener that is left': [
    /each one leaves a listener of the process for SIGUSR2/,
    managerCases(
      contextManager(function* listening() {
        process.on('SIGUSR2', () => {});
        yield;
      }),
    ),
  ],
  'a file that is left': [
    /each one leaves an open file/,
    managerCases(
      asyncContextManager(async function* reading() {
        files.push(await fs.open(new URL('opened.mjs', import.meta.url)));
        yield;
      }),
    ),
  ],
  'a rejection in the background': [
    /one in the background was not: Error: lost/,
    managerCases(
      asyncContextManager(async function* losing() {
        void Promise.reject(new Error('lost'));
        yield;
      }),
    ),
  ],
};

const later = [];
const files = [];

/** Defines a test for each case of the correct managers, for each faulty one, and one that fails. */
export function defineCases(test) {
  for (const { name, run } of right) test(name, run);
  for (const [fault, [message, cases]] of Object.entries(wrong)) test(`finds: ${fault}`, () => find(message, cases));
  test('shows what it has found', wrong['an error that is swallowed'][1][2].run);
}

async function find(message, cases) {
  const messages = [];
  try {
    for (const { run } of cases) {
      await run().catch((error) => messages.push(error.message));
      if (messages.some((found) => message.test(found))) return;
    }
  } finally {
    later.splice(0).forEach(clearInterval);
    process.removeAllListeners('SIGUSR2');
    await Promise.all(files.splice(0).map((file) => file.close()));
  }
  throw new Error(`not found:\n${messages.join('\n')}`);
}
