import { PGlite } from '@electric-sql/pglite';
import { beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { Client, Pool } from 'pg';
import { connection } from '../../docs/recipes/connection/connection.ts';
import { queued } from '../../docs/recipes/transaction/queued.ts';
import { transaction } from '../../docs/recipes/transaction/transaction.ts';
import { withAsync } from '../../lib/index.ts';
import { hasPostgres, sharedPostgres } from '../helpers/postgres.ts';

const database = sharedPostgres('CREATE TABLE items (name text UNIQUE DEFERRABLE INITIALLY DEFERRED)');

beforeEach(async () => {
  await database.client.query('TRUNCATE items');
});

const insert = (tx: Client, name: string) => tx.query('INSERT INTO items VALUES ($1)', [name]);

/** What is committed; nothing of a transaction that is still open. */
async function committed(): Promise<string[]> {
  await database.client.query('ROLLBACK');
  const { rows } = await database.client.query<{ name: string }>('SELECT name FROM items ORDER BY name');
  return rows.map(({ name }) => name);
}

const failure = new Error('no');

function fail(): never {
  throw failure;
}

describe('a transaction', () => {
  it("commits, and returns the block's result", async () => {
    expect((await withAsync(transaction(database.client), (tx) => insert(tx, 'tea'))).rowCount).toBe(1);
    expect(await committed()).toEqual(['tea']);
  });

  it.each([failure, undefined, null, 0, ''])('rolls back if the block throws %p, and rethrows that', async (thrown) => {
    const block = withAsync(transaction(database.client), async (tx) => {
      await insert(tx, 'tea');
      throw thrown;
    });
    expect(await block.catch((error: unknown) => error)).toBe(thrown);
    expect(await committed()).toEqual([]);
  });

  it('rejects if the commit is refused, and leaves the connection ready for the next', async () => {
    const block = withAsync(transaction(database.client), async (tx) => {
      await insert(tx, 'tea');
      await insert(tx, 'tea');
    });
    await expect(block).rejects.toThrow('duplicate key');
    await withAsync(transaction(database.client), (tx) => insert(tx, 'cups'));
    expect(await committed()).toEqual(['cups']);
  });

  it('refuses two that overlap on one connection, and leaves it ready for the next', async () => {
    const { client } = database;
    let inner: Promise<void> | undefined;
    const outer: Promise<unknown> = withAsync(transaction(client), async (tx) => {
      await insert(tx, 'tea');
      inner = withAsync(transaction(tx), () => outer.then(fail, () => {}));
      await insert(tx, 'cups');
    });
    await expect(outer).rejects.toThrow('Two transactions on this connection overlap.');
    await expect(inner).rejects.toThrow('SAVEPOINT');
    await withAsync(transaction(client), (tx) => insert(tx, 'milk'));
    expect(await committed()).toEqual(['milk']);
  });

  it('takes a PGlite, but not a pool', async () => {
    const db = await PGlite.create();
    await db.exec('CREATE TABLE items (name text)');
    const block = withAsync(transaction(db), async (tx) => {
      await withAsync(transaction(tx), () => db.query("INSERT INTO items VALUES ('tea')"));
      return fail();
    });
    await expect(block).rejects.toBe(failure);
    expect((await db.query('SELECT name FROM items')).rows).toEqual([]);
    // @ts-expect-error -- another connection for each statement
    const ofPool = (pool: Pool) => transaction(pool);
    expect(ofPool).toBeInstanceOf(Function);
    await db.close();
  });

  it('is a savepoint in a transaction that PGlite began, even inside another savepoint', async () => {
    const db = await PGlite.create();
    await db.exec('CREATE TABLE items (name text UNIQUE)');
    await withAsync(queued(db), async (tx) => {
      await tx.query("INSERT INTO items VALUES ('tea')");
      await withAsync(transaction(tx), async () => {
        await tx.query("INSERT INTO items VALUES ('cups')");
        const inner = withAsync(transaction(tx), () => tx.query("INSERT INTO items VALUES ('tea')"));
        await expect(inner).rejects.toThrow('duplicate key');
      });
      await expect(withAsync(transaction(tx), fail)).rejects.toBe(failure);
    });
    expect((await db.query('SELECT name FROM items')).rows).toEqual([{ name: 'tea' }, { name: 'cups' }]);
    await db.close();
  });

  it('lets blocks on one PGlite take turns, and rejects if a block ignored a failed statement', async () => {
    const db = await PGlite.create();
    await db.exec('CREATE TABLE items (name text)');
    const insertAll = (name: string) =>
      withAsync(queued(db), async (tx) => {
        await tx.query('INSERT INTO items VALUES ($1)', [name]);
        if (name === 'lost') fail();
        if (name === 'broken') await tx.query('SELECT 1 / 0').catch(() => {});
      });
    const results = await Promise.allSettled(['kept', 'lost', 'broken'].map(insertAll));
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'rejected']);
    expect((await db.query('SELECT name FROM items')).rows).toEqual([{ name: 'kept' }]);
    await db.close();
  });

  it('stores what succeeded, and nothing else, if two begin in the same tick', async () => {
    const db = await PGlite.create();
    await db.exec('CREATE TABLE items (name text)');
    const insertSlowly = (name: string, turns: number) =>
      withAsync(transaction(db), async (tx) => {
        await tx.query('INSERT INTO items VALUES ($1)', [name]);
        for (let turn = 0; turn < turns; turn++) await new Promise(setImmediate);
      });
    const outcomes: boolean[][] = [];
    for (const [first, second] of [
      [50, 0],
      [0, 50],
    ] as const) {
      const results = await Promise.allSettled([insertSlowly('tea', first), insertSlowly('cups', second)]);
      const isStored = results.map(({ status }) => status === 'fulfilled');
      outcomes.push(isStored);
      const { rows } = await db.query<{ name: string }>('SELECT name FROM items');
      expect(rows.map(({ name }) => name)).toEqual(['tea', 'cups'].filter((_name, index) => isStored[index]));
      await db.exec('DELETE FROM items');
    }
    // The second is a savepoint in the first, unless it outlives it.
    expect(outcomes).toEqual([
      [true, true],
      [false, false],
    ]);
    await insertSlowly('milk', 0);
    expect((await db.query('SELECT name FROM items')).rows).toEqual([{ name: 'milk' }]);
    await db.close();
  });

  it("refuses a client that doesn't report what a COMMIT did, before the block runs", async () => {
    const { client } = database;
    const silent = {
      query: async (statement: string) => ({ rows: (await client.query(statement)).rows as unknown[] }),
    };
    const body = jest.fn();
    await expect(withAsync(transaction(silent), body)).rejects.toThrow(
      "This client doesn't report what a COMMIT did: use pg, or PGlite 0.5.5.",
    );
    expect(body).not.toHaveBeenCalled();
    await withAsync(transaction(client), (tx) => insert(tx, 'tea'));
    expect(await committed()).toEqual(['tea']);
  });

  it('rejects if the block continued after a failed statement', async () => {
    const block = withAsync(transaction(database.client), async (tx) => {
      await insert(tx, 'tea');
      await tx.query('SELECT 1 / 0').catch(() => {});
    });
    await expect(block).rejects.toThrow('The transaction was rolled back: a statement in it had failed.');
    expect(await committed()).toEqual([]);
  });

  it('rolls back only its own part if it is nested', async () => {
    await withAsync(transaction(database.client), async (outer) => {
      await insert(outer, 'tea');
      const inner = withAsync(transaction(outer), async (tx) => {
        await insert(tx, 'cups');
        fail();
      });
      await expect(inner).rejects.toBe(failure);
      await withAsync(transaction(outer), (tx) => insert(tx, 'milk'));
    });
    expect(await committed()).toEqual(['milk', 'tea']);
  });

  it('rolls back only its own part if its block continued after a failed statement', async () => {
    await withAsync(transaction(database.client), async (outer) => {
      await insert(outer, 'tea');
      const inner = withAsync(transaction(outer), async (tx) => {
        await insert(tx, 'cups');
        await tx.query('SELECT 1 / 0').catch(() => {});
      });
      await expect(inner).rejects.toThrow('current transaction is aborted');
      await insert(outer, 'milk');
    });
    expect(await committed()).toEqual(['milk', 'tea']);
  });

  it('leaves no savepoint behind if it is rolled back', async () => {
    await withAsync(transaction(database.client), async (outer) => {
      await withAsync(transaction(outer), fail).catch(() => {});
      await expect(outer.query('RELEASE SAVEPOINT savepoint_1')).rejects.toThrow('does not exist');
    }).catch(() => {});
  });

  it('is rolled back with the outer one', async () => {
    const block = withAsync(transaction(database.client), async (outer) => {
      await withAsync(transaction(outer), (inner) => withAsync(transaction(inner), (tx) => insert(tx, 'tea')));
      fail();
    });
    await expect(block).rejects.toBe(failure);
    expect(await committed()).toEqual([]);
  });

  it('lets a transaction recover from a failed statement', async () => {
    await withAsync(transaction(database.client), async (outer) => {
      await withAsync(transaction(outer), (tx) => tx.query('SELECT 1 / 0')).catch(() => {});
      await insert(outer, 'tea');
    });
    expect(await committed()).toEqual(['tea']);
  });
});

(hasPostgres ? describe : describe.skip)('a transaction on a server', () => {
  it("keeps the block's error if the connection breaks, and the rollback fails too", async () => {
    const block = withAsync(connection(database.url), (broken) =>
      withAsync(transaction(broken), async (tx) => {
        const { rows } = await tx.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
        const terminate = database.client.query('SELECT pg_terminate_backend($1)', [rows[0]?.pid]);
        await Promise.all([tx.query('SELECT pg_sleep(10)'), terminate]);
      }),
    );
    const error = (await block.catch((error: unknown) => error)) as Error;
    // How the break is noticed depends on how far the rollback has come by then.
    expect(error.message).toMatch(/Connection terminated|not queryable|ECONNRESET|EPIPE/);
    expect((error.cause as Error).message).toContain('terminating connection');
  });
});
