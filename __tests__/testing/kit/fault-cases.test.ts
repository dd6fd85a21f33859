import { describe, expect, it } from '@jest/globals';
import { asyncContextManager, nullContext } from '../../../lib/index.ts';
import { managerCases } from '../../../lib/testing/index.ts';
import { Pool } from '../managers/lenient-world.ts';
import { failureIn } from '../managers/named.ts';

const failingSetup = 'leaves nothing open when its setup fails';
const failingTeardown = 'reports a teardown that fails after a block that returns';
const failingRollback = 'loses no error when its teardown fails after a block that throws';

/** Works in a pool; the setup and teardown get the wrapped pool. */
const inPool = (work: (pool: Pool) => AsyncGenerator<unknown, void, void>, options = {}) => {
  const manager = asyncContextManager(work);
  return managerCases((pool: Pool, faults) => manager(faults.wrap(pool)), {
    in: () => nullContext(new Pool()),
    open: ({ used, mutexes }: Pool) => used.size + mutexes,
    ...options,
  });
};

describe('a setup that fails', () => {
  it('must not go unnoticed if it begins when the manager is made', async () => {
    const cases = managerCases(
      (pool, faults) => {
        const client = faults
          .wrap(pool)
          .connect()
          .catch(() => undefined);
        return { [Symbol.asyncDispose]: async () => (await client)?.close() };
      },
      { in: () => nullContext(new Pool()) },
    );
    expect(await failureIn(cases, failingSetup)).toContain('it ran although connect() at');
  });

  it('must set up if it retries', async () => {
    const cases = inPool(async function* confused(pool) {
      let isConfused = false;
      const client = await pool.connect().catch(() => {
        isConfused = true;
        return pool.connect();
      });
      try {
        if (isConfused) throw new Error('It is confused.');
        yield;
      } finally {
        await client.close();
      }
    });
    expect(await failureIn(cases, failingSetup)).toContain(
      'its setup failed with Error: It is confused. See the cause.',
    );
  });

  it('may drop the error of a call that may be ignored', async () => {
    const work = async function* dropping(pool: Pool) {
      const client = await pool.connect().catch(() => Promise.reject(new Error('It does not work.')));
      try {
        yield;
      } finally {
        await client.close();
      }
    };
    expect(await failureIn(inPool(work), failingSetup)).toContain('the failure was dropped');
    expect(await failureIn(inPool(work, { mayIgnore: 'connect' }), failingSetup)).toBeUndefined();
  });

  it('may leave something if the call may', async () => {
    const work = async function* losing(pool: Pool) {
      const clients = [await pool.connect(), await pool.connect()];
      try {
        yield;
      } finally {
        for (const client of clients) await client.close();
      }
    };
    expect(await failureIn(inPool(work), failingSetup)).toContain('must leave nothing open');
    expect(await failureIn(inPool(work, { mayLeave: 'connect' }), failingSetup)).toBeUndefined();
  });

  it('must have no effect', async () => {
    const cases = inPool(
      async function* eager(pool) {
        pool.rows.push('row');
        await pool.up();
        try {
          yield;
        } catch (error) {
          pool.rows.pop();
          throw error;
        } finally {
          await pool.down();
        }
      },
      { effect: ({ rows }: Pool) => rows },
    );
    expect(await failureIn(cases, failingSetup)).toContain(
      'a block that returns, with up() failing in the setup must have no effect, but it was committed',
    );
  });

  it('may ignore a call that always fails', async () => {
    const cases = managerCases(
      (world, faults) =>
        asyncContextManager(async function* probing() {
          await faults
            .wrap(world)
            .probe()
            .catch(() => undefined);
          yield;
        })(),
      { in: () => nullContext({ probe: () => Promise.reject(new Error('not there')) }) },
    );
    expect(await failureIn(cases, failingSetup)).toBeUndefined();
  });

  it("isn't a failure if the world can't be made", async () => {
    const broken = managerCases(() => nullContext(), {
      in: asyncContextManager(async function* broken(): AsyncGenerator<Pool, void, void> {
        throw new Error('no world');
      }),
    });
    expect(await failureIn(broken, failingSetup)).toBeUndefined();
  });
});

describe('a teardown that fails', () => {
  it("needn't commit", async () => {
    const cases = inPool(
      async function* checking(pool) {
        const client = await pool.connect();
        try {
          await client.begin();
          yield client;
          await client.closed();
          await client.commit();
        } catch (error) {
          await client.rollback();
          throw error;
        } finally {
          await client.close();
        }
      },
      { use: (client: { insert(row: string): unknown }) => client.insert('row'), effect: ({ rows }: Pool) => rows },
    );
    expect(await failureIn(cases, failingTeardown)).toBeUndefined();
    expect(await failureIn(cases, failingRollback)).toBeUndefined();
  });

  it('must not commit what has failed', async () => {
    const cases = inPool(
      async function* stubborn(pool) {
        const client = await pool.connect();
        try {
          await client.insert('row');
          yield;
          await client.commit();
        } catch (error) {
          await pool.up();
          await pool.down().catch(() => client.commit());
          throw error;
        } finally {
          await client.close();
        }
      },
      { effect: ({ rows }: Pool) => rows },
    );
    expect(await failureIn(cases, failingRollback)).toContain(
      'a block that throws an Error, with down() failing in the teardown must have no effect, but it was committed',
    );
  });
});

/** A counter whose methods have other names; how many are open shows only between blocks. */
function counterWith(up: PropertyKey, down: PropertyKey) {
  const world = { count: 0 };
  const act = (by: number) => async () => void (world.count += by);
  return nullContext(Object.assign(world, { [up]: act(1), [down]: act(-1) }));
}

const releases = [
  ...['release', 'close', 'end', 'quit', 'disconnect', 'destroy', 'dispose', 'unlock', 'unlink', 'free', 'stop'],
  ...['terminate', 'rm', 'releaseAll', Symbol.asyncDispose],
];
const acquires = [
  ...['acquire', 'connect', 'open', 'lock', 'listen', 'mkdtemp', 'mkdir', 'start', 'create', 'checkout'],
  'createClient',
];

describe("if it isn't known what each call opens", () => {
  const pairs = [
    ...acquires.map((up) => [up, 'close'] as const),
    ...releases.map((down) => ['connect', down] as const),
  ];
  it.each(pairs)('a failing call has released, but not acquired: %p and %p', async (up, down) => {
    const cases = managerCases(
      (world, faults) =>
        asyncContextManager(async function* both() {
          const wrapped = faults.wrap(world) as unknown as Record<PropertyKey, () => Promise<void>>;
          const once = async () => {
            await wrapped[up]?.();
            await wrapped[down]?.();
          };
          await once();
          yield;
          await once();
        })(),
      { in: () => counterWith(up, down), probes: { count: ({ count }) => count } },
    );
    for (const name of [failingSetup, failingTeardown]) expect(await failureIn(cases, name)).toBeUndefined();
  });
});

describe('if it is known what each call opens', () => {
  it.each([
    ['endless', 'down'],
    ['up', 'lockDown'],
  ])("names don't matter: %s and %s", async (up, down) => {
    const cases = managerCases(
      (world, faults) =>
        asyncContextManager(async function* both() {
          const wrapped = faults.wrap(world) as unknown as Record<PropertyKey, () => Promise<void>>;
          await wrapped[up]?.();
          try {
            yield;
          } finally {
            await wrapped[down]?.();
          }
        })(),
      { in: () => counterWith(up, down), open: ({ count }) => count },
    );
    for (const name of [failingSetup, failingTeardown]) expect(await failureIn(cases, name)).toBeUndefined();
  });
});
