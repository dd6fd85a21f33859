import { once } from 'node:events';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Client, Pool, PoolClient } from 'pg';
import { checkout, pool } from '../../docs/recipes/pool/pool.ts';
import { transaction } from '../../docs/recipes/transaction/transaction.ts';
import { abandonable, AsyncExitStack, withAsync } from '../../lib/index.ts';
import { anyPostgres, connection, hasPostgres } from '../helpers/postgres.ts';

const shared = new AsyncExitStack();
let url: string;

beforeAll(async () => {
  url = await shared.enterContext(anyPostgres());
  await withAsync(connection(url), (client) => client.query('CREATE TABLE items (name text UNIQUE)'));
}, 60_000);

afterAll(() => shared.exitAsync());

const failure = new Error('no');

function fail(): never {
  throw failure;
}

/** An event that a block waits for. */
function signal(): { readonly given: Promise<void>; give: () => void } {
  let give = () => {};
  const given = new Promise<void>((resolve) => (give = resolve));
  return { given, give };
}

async function backend(client: Client): Promise<number | undefined> {
  return (await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid')).rows[0]?.pid;
}

describe('a pool', () => {
  it('keeps nothing for a block that stopped waiting', async () => {
    await withAsync(pool(url, { max: 1 }), async (pool) => {
      const source = new AbortController();
      const { given, give } = signal();
      const first = withAsync(checkout(pool), async () => given);
      let ended: Promise<void> | undefined;
      const late = (promise: Promise<void>) => (ended = promise);
      const waiting = withAsync(abandonable(checkout(pool), source.signal, { late }), () => 'never');
      source.abort(failure);
      await expect(waiting).rejects.toBe(failure);
      give();
      await first;
      await ended;
      expect(await withAsync(checkout(pool), backend)).toEqual(expect.any(Number));
      expect(pool.waitingCount).toBe(0);
    });
  });

  it('never exceeds its number of connections, and makes the others wait', async () => {
    await withAsync(pool(url, { max: 2 }), async (pool) => {
      const used = new Set<PoolClient>();
      let inside = 0;
      let most = 0;
      const block = (number: number) =>
        withAsync(checkout(pool), async (client) => {
          most = Math.max(most, ++inside, pool.totalCount);
          // eslint-disable-next-line withal/no-escaping-value -- they are only counted
          used.add(client);
          const { rows } = await client.query<{ number: number }>('SELECT $1::int AS number', [number]);
          inside -= 1;
          return rows[0]?.number;
        });
      const numbers = Array.from({ length: 20 }, (_, number) => number);
      const blocks = Promise.all(numbers.map(block));
      await once(pool, 'acquire');
      expect(pool.waitingCount).toBe(18);
      expect(await blocks).toEqual(numbers);
      expect([most, used.size, pool.idleCount]).toEqual([2, 2, 2]);
    });
  });

  it('waits at its end until all are returned and closed', async () => {
    const entered = signal();
    const goOn = signal();
    const events: string[] = [];
    let block: Promise<unknown> | undefined;
    await withAsync(pool(url), async (pool) => {
      pool.on('connect', () => events.push('opened')).on('remove', () => events.push('closed'));
      await Promise.all([1, 2].map(() => withAsync(checkout(pool), (client) => client.query('SELECT 1'))));
      block = withAsync(checkout(pool), async (client) => {
        entered.give();
        await goOn.given;
        await client.query('SELECT 1');
        events.push('done');
      });
      await entered.given;
      pool.once('remove', goOn.give);
    });
    expect(events).toEqual(['opened', 'opened', 'closed', 'done', 'closed']);
    await block;
  });

  it('has closed its connections when it has ended', async () => {
    const events: string[] = [];
    await withAsync(pool(url), async (pool) => {
      pool.on('connect', () => events.push('opened')).on('remove', () => events.push('closed'));
      await Promise.all([1, 2].map(() => withAsync(checkout(pool), (client) => client.query('SELECT 1'))));
    });
    expect(events).toEqual(['opened', 'opened', 'closed', 'closed']);
  });

  it('ends if its block throws, and rethrows the error', async () => {
    let used: Pool | undefined;
    const block = withAsync(pool(url), async (pool) => {
      // eslint-disable-next-line withal/no-escaping-value -- to see that it has ended
      used = pool;
      await withAsync(checkout(pool), (client) => client.query('SELECT 1'));
      fail();
    });
    await expect(block).rejects.toBe(failure);
    expect([used?.ended, used?.totalCount]).toEqual([true, 0]);
    await expect(withAsync(checkout(used as Pool), () => {})).rejects.toThrow('Cannot use a pool after calling end');
  });
});

describe('a connection of a pool', () => {
  let stack: AsyncExitStack;
  let connections: Pool;

  beforeEach(async () => {
    await using entered = new AsyncExitStack();
    connections = await entered.enterContext(pool(url, { max: 1 }));
    stack = entered.move();
  });

  afterEach(() => stack.exitAsync());

  const use = <R>(block: (client: PoolClient) => R) => withAsync(checkout(connections), block);
  const left = () => ({ open: connections.totalCount, idle: connections.idleCount });
  const givenBack = { open: 1, idle: 1 };
  const closed = { open: 0, idle: 0 };

  it('is returned, and handed to the next block', async () => {
    const one = await use(async (client) => client);
    expect(left()).toEqual(givenBack);
    expect(await use(async (client) => client)).toBe(one);
  });

  it('keeps no listeners of the blocks that had it', async () => {
    const counts = [];
    for (let block = 0; block < 3; block += 1) counts.push(await use(async (client) => client.listenerCount('error')));
    expect(new Set(counts).size).toBe(1);
  });

  it("rejects if none is returned in time, and doesn't run the block", async () => {
    const blocks: string[] = [];
    await use(async () => {
      connections.options.connectionTimeoutMillis = 20;
      await expect(use(() => blocks.push('waiting'))).rejects.toThrow('timeout exceeded when trying to connect');
      connections.options.connectionTimeoutMillis = 10_000;
    });
    await use(() => blocks.push('next'));
    expect(blocks).toEqual(['next']);
    expect(left()).toEqual(givenBack);
  });

  it("rejects if it can't be opened, and doesn't run the block", async () => {
    await withAsync(pool('postgres://postgres@127.0.0.1:1/postgres'), async (nowhere) => {
      const block = withAsync(checkout(nowhere), () => {
        throw new Error('The block was run.');
      });
      await expect(block).rejects.toThrow('ECONNREFUSED');
      expect(nowhere.totalCount).toBe(0);
    });
  });

  it('is returned after a failed statement', async () => {
    await expect(use((client) => client.query('SELECT 1 / 0'))).rejects.toThrow('division by zero');
    expect(left()).toEqual(givenBack);
    await expect(use((client) => client.query('SELECT $1::int / 0', [1]))).rejects.toThrow('division by zero');
    expect(left()).toEqual(givenBack);
    expect((await use((client) => client.query('SELECT 1 AS one'))).rows).toEqual([{ one: 1 }]);
  });

  it("is returned once the block's other statements are done", async () => {
    const over: unknown[] = [];
    const block = use(async (client) => {
      const other = () => client.query('SELECT pg_sleep(0.05)').then(() => over.push('over'));
      await Promise.all([client.query('SELECT 1 / 0'), other()]);
    });
    await expect(block).rejects.toThrow('division by zero');
    expect(over).toEqual(['over']);
    expect(left()).toEqual(givenBack);
  });

  it('is returned after a transaction that was rolled back', async () => {
    await use((client) => client.query("INSERT INTO items VALUES ('tea') ON CONFLICT DO NOTHING"));
    const block = use((client) =>
      withAsync(transaction(client), async (tx) => {
        await tx.query("INSERT INTO items VALUES ('cups')");
        await tx.query("INSERT INTO items VALUES ('tea')");
      }),
    );
    await expect(block).rejects.toThrow('duplicate key');
    expect(left()).toEqual(givenBack);
    expect((await use((client) => client.query('SELECT * FROM items'))).rows).toEqual([{ name: 'tea' }]);
  });

  it.each([failure, undefined, null, 0, ''])('is closed if the block throws %p, which it rethrows', async (thrown) => {
    const block = use(() => {
      throw thrown;
    });
    expect(await block.catch((error: unknown) => error)).toBe(thrown);
    expect(left()).toEqual(closed);
    expect((await use((client) => client.query('SELECT 1'))).rowCount).toBe(1);
  });

  it('is out of reach of what a failed block left running', async () => {
    const isGone = signal();
    let late: Promise<unknown> | undefined;
    const block = use(async (client) => {
      late = isGone.given.then(() => client.query('SELECT 1'));
      fail();
    });
    await expect(block).rejects.toBe(failure);
    isGone.give();
    await expect(late).rejects.toThrow('Client was closed');
  });

  it('rejects if the block leaves a transaction open, which is rolled back', async () => {
    const block = use((client) => client.query("BEGIN; INSERT INTO items VALUES ('milk')"));
    await expect(block).rejects.toThrow('The block left a transaction open, which is rolled back.');
    expect(left()).toEqual(closed);
    expect((await use((client) => client.query("SELECT * FROM items WHERE name = 'milk'"))).rows).toEqual([]);
  });

  it.each([
    ['of several statements', (client: Client) => client.query('BEGIN; SELECT 1 / 0')],
    ['of one statement', (client: Client) => client.query('BEGIN').then(() => client.query('SELECT 1 / 0'))],
  ])("is closed if a transaction fails and isn't rolled back, %s", async (_name, block) => {
    await expect(use(block)).rejects.toThrow('division by zero');
    expect(left()).toEqual(closed);
    expect((await use((client) => client.query('SELECT 1'))).rowCount).toBe(1);
  });
});

(hasPostgres ? describe : describe.skip)('a connection of a pool on a server', () => {
  const terminate = (pid: number | undefined) =>
    withAsync(connection(url), (client) => client.query('SELECT pg_terminate_backend($1)', [pid]));

  it('is closed if it breaks while the block uses it', async () => {
    await withAsync(pool(url, { max: 1 }), async (pool) => {
      const block = withAsync(checkout(pool), async (client) => {
        const pid = await backend(client);
        await Promise.all([client.query('SELECT pg_sleep(60)'), terminate(pid)]);
      });
      await expect(block).rejects.toThrow('terminating connection');
      expect(pool.totalCount).toBe(0);
      expect((await withAsync(checkout(pool), (client) => client.query('SELECT 1'))).rowCount).toBe(1);
    });
  });

  it('is replaced if it breaks while it is idle', async () => {
    await withAsync(pool(url, { max: 1 }), async (pool) => {
      const pid = await withAsync(checkout(pool), backend);
      const removed = new Promise((resolve) => pool.once('remove', resolve));
      await terminate(pid);
      await removed;
      expect(await withAsync(checkout(pool), backend)).not.toBe(pid);
    });
  });

  it("is closed if the block fails, and isn't waited for", async () => {
    await withAsync(pool(url, { max: 1 }), async (pool) => {
      const abandoned: Promise<unknown>[] = [];
      const block = withAsync(checkout(pool), async (client) => {
        abandoned.push(client.query('SELECT pg_sleep(60)').catch(() => 'gone'));
        fail();
      });
      await expect(block).rejects.toBe(failure);
      expect(pool.totalCount).toBe(0);
      expect(await Promise.all(abandoned)).toEqual(['gone']);
    });
  });
});
