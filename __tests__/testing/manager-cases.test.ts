import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { asyncContextManager, nullContext } from '../../lib/index.ts';
import { managerCases, type ManagerCase } from '../../lib/testing/index.ts';
import { closeLeftovers, faultyManagers } from './managers/faulty.ts';
import { lenientFaulty } from './managers/lenient-faulty.ts';
import { lenientRight } from './managers/lenient-right.ts';
import { rightManagers } from './managers/right.ts';
import { database, inDatabase, type Database } from './managers/world.ts';

const connection = asyncContextManager(async function* connection(db: Database) {
  const connection = await db.connect();
  try {
    yield connection;
  } finally {
    await connection.release();
  }
});

// Each case runs many blocks.
jest.setTimeout(60_000);

afterEach(closeLeftovers);

/** The correct managers that take the kit through all of its own code. */
const telling = new Set([
  "a driver's own transaction",
  'savepoints',
  'one that suppresses everything',
  'one that starts something for the whole process',
  'a listener',
  'one whose ROLLBACK may fail',
  'one that prepares the database first',
  'one that connects again to tear down',
  'a release that may fail',
  'an exit that answers true',
  'one that translates',
  'one that suppresses some',
  'one that tries again',
  'a query that is sent when it is awaited',
  'an async disposable',
  'a disposable',
  'a class for one block at a time',
  'an object whose exit gives a promise',
  'a lock',
]);

/** Runs cases until one fails with such a message; returns the messages until then. */
async function messagesUntil(message: RegExp, cases: readonly ManagerCase[]): Promise<string[]> {
  const messages: string[] = [];
  for (const { run } of cases) {
    await run().catch((error: unknown) => messages.push((error as Error).message));
    if (messages.some((found) => message.test(found))) break;
  }
  return messages;
}

describe('managerCases', () => {
  it('has a case for each way through', () => {
    expect(managerCases(() => nullContext()).map(({ name }) => name)).toEqual([
      'does nothing before it is entered',
      'sets up, and tears down after a block that returns',
      'tears down after a block that throws an Error',
      'tears down after a block that throws undefined',
      'tears down after a block that throws null',
      'tears down after a block that throws 0',
      "tears down after a block that throws ''",
      'tears down after a block that throws NaN',
      'tears down after a block that throws a frozen Error',
      'tears down after a block that throws an AbortError',
      'tears down after a block that throws an error with a cause',
      'stays set up while its block waits to be aborted',
      'can be entered five times in a row',
      'can be entered three times at once',
      'can be entered inside its own block',
      'works on an exit stack',
      'works under using, with complete()',
      'sees a failure under using, without complete()',
      'works in a manager that enters it',
      'works in all()',
      'works as a decorator',
      'works by hand',
      'works in withSync(), if it is synchronous',
      'leaves nothing open when its setup fails',
      'reports a teardown that fails after a block that returns',
      'loses no error when its teardown fails after a block that throws',
    ]);
  });

  it('leaves out what the options exclude, and adds what they throw', () => {
    const make = () => nullContext();
    expect(managerCases(make, { concurrent: 'exclusive' })).toHaveLength(25);
    expect(managerCases(make, { concurrent: false })).toHaveLength(24);
    expect(managerCases(make, { concurrent: false, nested: true })).toHaveLength(25);
    expect(managerCases(make, { throws: { 'a redirect': () => 'redirect' } })).toHaveLength(27);
  });

  it.each([...faultyManagers, ...lenientFaulty].map(({ fault, ...rest }) => [fault, rest] as const))(
    'finds: %s',
    async (_fault, { message, cases }) => {
      const messages = await messagesUntil(message, cases());
      expect(messages.join('\n')).toMatch(message);
    },
  );

  // All of them are checked in __tests__/programs/testing/right-managers.test.ts.
  it.each(
    [...rightManagers, ...lenientRight]
      .filter(({ name }) => telling.has(name))
      .map(({ name, cases }) => [name, cases] as const),
  )('does not accuse: %s', async (_name, cases) => {
    for (const { run } of cases()) await expect(run()).resolves.toBeUndefined();
  });

  it('runs its cases one after the other', async () => {
    let running = 0;
    const cases = managerCases(() => nullContext(), {
      in: asyncContextManager(async function* world() {
        running += 1;
        expect(running).toBe(1);
        await new Promise((resolve) => setTimeout(resolve, 1));
        yield;
        running -= 1;
      }),
    });
    await Promise.all(cases.map(({ run }) => run()));
    expect(running).toBe(0);
  });

  it('continues after a case that fails', async () => {
    const [first, second] = managerCases(() => 'no manager' as never);
    const results = await Promise.allSettled([first?.run(), second?.run()]);
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected']);
  });

  it('passes the world and the value to use()', async () => {
    const given: unknown[] = [];
    const [, returns] = managerCases((db, faults) => connection(faults.wrap(db)), {
      ...inDatabase,
      use: (value, db) => given.push(db.connections.size, typeof value.query),
    });
    await returns?.run();
    expect(given).toEqual([1, 'function']);
  });

  it('fails with the error that use() throws, and says that use() threw it', async () => {
    const [, returns] = managerCases((db) => connection(db), {
      ...inDatabase,
      use: () => Promise.reject(new Error('no such table')),
    });
    await expect(returns?.run()).rejects.toThrow(
      'Cannot accept connection(): a block that returns must resolve, but use() failed with Error: no such table. See the cause.',
    );
  });

  it('fails with the error that use() throws in withSync()', async () => {
    let count = 0;
    const cases = managerCases(() => nullContext(), {
      use() {
        count += 1;
        if (count === 2) throw new Error('twice');
      },
    });
    await expect(cases[22]?.run()).rejects.toThrow(
      'Cannot accept nullContext(): a block that returns in withSync() must resolve, but use() failed with Error: twice.',
    );
  });

  it('skips withSync() if the manager returns a promise', async () => {
    let count = 0;
    const cases = managerCases(() => nullContext(), { use: async () => void (count += 1) });
    await cases[22]?.run();
    expect(count).toBe(1);
  });

  it("refuses what isn't a manager in the driver's words", async () => {
    const cases = managerCases(() => 1 as never);
    await expect(cases[21]?.run()).rejects.toThrow('its setup failed with TypeError: Cannot enter: withAsync() takes');
  });

  it('leaves it to other cases to find failures without an injected fault', async () => {
    const stuck = asyncContextManager(async function* stuck(db: Database) {
      await db.connect();
      await new Promise(() => undefined);
      yield;
    });
    const cases = managerCases((db, faults) => stuck(faults.wrap(db)), { ...inDatabase, timeout: 20 });
    await expect(cases[24]?.run()).resolves.toBeUndefined();
  });

  it('waits as long as the world may take to settle', async () => {
    const late = asyncContextManager(async function* late(world: { open: number }) {
      world.open += 1;
      yield;
      setTimeout(() => (world.open -= 1), 10);
    });
    const options = { in: () => nullContext({ open: 0 }), open: (world: { open: number }) => world.open };
    const [, returns] = managerCases(late, { ...options, settles: 500 });
    const [, hasty] = managerCases(late, options);
    await returns?.run();
    await expect(hasty?.run()).rejects.toThrow('it leaks: it leaves 1 more open than before');
  });

  it('waits for ignorable teardown calls until the world has settled', async () => {
    const background = asyncContextManager(async function* background(db: Database) {
      const connection = await db.connect();
      yield;
      void connection.release();
    });
    const [, returns] = managerCases((db, faults) => background(faults.wrap(db)), {
      ...inDatabase,
      settles: 500,
      mayIgnore: 'release',
    });
    await expect(returns?.run()).resolves.toBeUndefined();
  });

  it('reports what is wrong with the world, too', async () => {
    const failing = asyncContextManager(async function* failing() {
      yield;
      throw new Error('the world ends');
    });
    const [, returns] = managerCases(() => nullContext(), { in: failing });
    await expect(returns?.run()).rejects.toThrow('the world ends');
    const unopened = asyncContextManager(async function* unopened(): AsyncGenerator<undefined, void, void> {
      throw new Error('no world');
    });
    const [, noWorld] = managerCases(() => nullContext(), { in: unopened });
    await expect(noWorld?.run()).rejects.toThrow('no world');
  });

  it("doesn't wait forever for a world, and reports both", async () => {
    const held = asyncContextManager(async function* held() {
      const world = { open: 0 };
      try {
        yield world;
      } finally {
        await new Promise(() => undefined);
      }
    });
    const leaking = asyncContextManager(async function* leaking(world: { open: number }) {
      world.open += 1;
      yield;
    });
    const [, returns] = managerCases(leaking, { in: held, open: ({ open }) => open, timeout: 20 });
    const error = await returns?.run().catch((error: unknown) => error as AggregateError);
    expect(error).toBeInstanceOf(AggregateError);
    expect((error as AggregateError).message).toContain('it leaks');
    expect((error as AggregateError).errors.map(String)).toEqual([
      expect.stringContaining('it leaks'),
      'Error: Cannot leave the world: it must end within 20 ms, but it still waits. Does the manager still hold a part of it? If not, give it more time with timeout.',
    ]);
  });

  it('reports a failure and an unhandled rejection together', async () => {
    const losing = asyncContextManager(async function* losing() {
      void Promise.reject(new Error('lost'));
      yield;
      throw new Error('found');
    });
    const [, returns] = managerCases(() => losing());
    const error = (await returns?.run().catch((error: unknown) => error)) as AggregateError;
    expect(error.errors.map(String)).toEqual([
      expect.stringContaining('found'),
      expect.stringContaining('one in the background was not: Error: lost'),
    ]);
  });

  it('counts effects of every kind, and leaves it to other cases if that fails', async () => {
    const world = () => nullContext({ rows: new Set<object>(), isStuck: false });
    const adding = asyncContextManager(async function* adding({
      rows,
      isStuck,
    }: {
      rows: Set<object>;
      isStuck: boolean;
    }) {
      if (isStuck) throw new Error('stuck');
      yield;
      rows.add({});
    });
    const options = { in: world, effect: ({ rows }: { rows: Set<object> }) => rows };
    const threeAtOnce = (cases: readonly ManagerCase[]) => cases[13]?.run();
    await expect(threeAtOnce(managerCases(adding, options))).resolves.toBeUndefined();
    await expect(threeAtOnce(managerCases(adding, { ...options, effect: () => 1 }))).resolves.toBeUndefined();
    const broken = {
      ...options,
      use: () => Promise.reject(new Error('no')),
      effect: () => Promise.reject(new Error('no effect')),
    };
    await expect(threeAtOnce(managerCases(adding, broken))).rejects.toThrow('no effect');
  });

  it('expects no more of an effect that looks the same the second time', async () => {
    const finishing = asyncContextManager(async function* finishing(world: { state?: string }) {
      yield;
      world.state = 'finished';
    });
    const cases = managerCases(finishing, {
      in: () => nullContext({}),
      effect: ({ state }: { state?: string }) => state,
    });
    await expect(cases[12]?.run()).resolves.toBeUndefined();
  });

  it('ignores what fails in a different way than before', async () => {
    let count = 0;
    const fickle = asyncContextManager(async function* fickle(db: Database) {
      count += 1;
      const connection = count % 2 === 1 ? await db.connect() : undefined;
      yield;
      await connection?.release();
    });
    const cases = managerCases((db, faults) => fickle(faults.wrap(db)), { ...inDatabase, in: () => database() });
    await expect(cases[23]?.run()).resolves.toBeUndefined();
  });

  it.each([
    [undefined, {}, 'managerCases() takes a function that makes the manager, but undefined was given'],
    [() => nullContext(), 1, 'managerCases() takes its options in an object, but 1 was given'],
    [() => nullContext(), { in: 1 }, 'managerCases() takes a function as in, but 1 was given'],
    [() => nullContext(), { open: 'x' }, 'managerCases() takes a function as open, but "x" was given'],
    [
      () => nullContext(),
      { probes: { a: 1 } },
      'takes an object of functions as probes, but an object (Object) was given',
    ],
    [() => nullContext(), { suppresses: 1 }, 'takes a boolean or a function as suppresses, but 1 was given'],
    [() => nullContext(), { concurrent: 'no' }, 'takes a boolean or \'exclusive\' as concurrent, but "no" was given'],
    [() => nullContext(), { nested: 1 }, 'takes a boolean as nested, but 1 was given'],
    [() => nullContext(), { mayIgnore: [1] }, 'takes true, text, a RegExp, a function, or a list of them as mayIgnore'],
    [() => nullContext(), { timeout: -1 }, 'takes milliseconds as timeout, but -1 was given'],
    [() => nullContext(), { settles: NaN }, 'takes milliseconds as settles, but NaN was given'],
  ])('refuses %p with %p', (make, options, message) => {
    const cases = () => managerCases(make as never, options as never);
    expect(cases).toThrow(TypeError);
    expect(cases).toThrow(message);
    expect(cases).toThrow('Write managerCases(() => manager(), { … }).');
  });
});
