import { PGlite } from '@electric-sql/pglite';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { builds } from '../helpers/builds.ts';
import { errorOf, outcomeOf, reachableFrom } from '../helpers/outcome.ts';

let db: PGlite;

beforeAll(async () => {
  db = await PGlite.create();
  await db.exec(`
    CREATE TABLE owners (name text PRIMARY KEY);
    CREATE TABLE accounts (
      owner text REFERENCES owners DEFERRABLE INITIALLY DEFERRED,
      balance int CHECK (balance >= 0)
    );
    INSERT INTO owners VALUES ('Ada'), ('Alan');
  `);
}, 60_000);

afterAll(() => db.close());

beforeEach(async () => {
  await db.exec('ROLLBACK; TRUNCATE accounts');
});

/** What the database holds after the block; nothing of a transaction that is still open. */
async function owners(): Promise<unknown[]> {
  await db.exec('ROLLBACK');
  const { rows } = await db.query<{ owner: string }>('SELECT owner FROM accounts ORDER BY owner');
  return rows.map(({ owner }) => owner);
}

async function insert(owner: string, balance = 100): Promise<unknown[]> {
  const { rows } = await db.query('INSERT INTO accounts VALUES ($1, $2) RETURNING owner, balance', [owner, balance]);
  return rows;
}

const failure = new Error('the block failed');

describe.each(builds)('%s', (_build, { asyncContextManager, withAsync, AsyncExitStack }) => {
  const log: string[] = [];

  beforeEach(() => void (log.length = 0));

  const transaction = asyncContextManager(async function* transaction() {
    await db.query('BEGIN');
    try {
      yield db;
      await db.query('COMMIT');
      log.push('COMMIT');
    } catch (error) {
      await db.query('ROLLBACK');
      log.push('ROLLBACK');
      throw error;
    }
  });

  describe('a transaction on an AsyncExitStack, with `await using`', () => {
    it('commits after complete()', async () => {
      {
        await using stack = new AsyncExitStack();
        await stack.enterContext(transaction());
        await insert('Ada');
        stack.complete();
        expect(log).toEqual([]);
      }
      expect(log).toEqual(['COMMIT']);
      expect(await owners()).toEqual(['Ada']);
    });

    it('rolls back without complete(), and throws nothing', async () => {
      {
        await using stack = new AsyncExitStack();
        await stack.enterContext(transaction());
        await insert('Ada');
      }
      expect(log).toEqual(['ROLLBACK']);
      expect(await owners()).toEqual([]);
    });

    it('rolls back if the block throws, and rethrows the same error', async () => {
      const error = await errorOf(async () => {
        await using stack = new AsyncExitStack();
        await stack.enterContext(transaction());
        await insert('Ada');
        if (log.length === 0) throw failure;
        stack.complete();
      });
      expect(error).toBe(failure);
      expect(reachableFrom(error)).toEqual([failure]);
      expect(log).toEqual(['ROLLBACK']);
      expect(await owners()).toEqual([]);
    });

    it('rolls back if the database refuses a statement', async () => {
      const error = await errorOf(async () => {
        await using stack = new AsyncExitStack();
        await stack.enterContext(transaction());
        await insert('Ada');
        await insert('Alan', -1);
        stack.complete();
      });
      expect(error).toHaveProperty('message', expect.stringContaining('violates check constraint'));
      expect(log).toEqual(['ROLLBACK']);
      expect(await owners()).toEqual([]);
    });

    it('commits after complete(), even if the block throws after that', async () => {
      const error = await errorOf(async () => {
        await using stack = new AsyncExitStack();
        await stack.enterContext(transaction());
        await insert('Ada');
        stack.complete();
        throw failure;
      });
      expect(error).toBe(failure);
      expect(await owners()).toEqual(['Ada']);
    });

    it('throws the error of the COMMIT', async () => {
      const error = await errorOf(async () => {
        await using stack = new AsyncExitStack();
        await stack.enterContext(transaction());
        await insert('nobody');
        stack.complete();
      });
      expect(error).toHaveProperty('message', expect.stringContaining('violates foreign key constraint'));
      expect(log).toEqual(['ROLLBACK']);
      expect(await owners()).toEqual([]);
    });

    it('keeps both errors if the block throws, and then the ROLLBACK', async () => {
      const broken = new Error('the connection is gone');
      const breaking = asyncContextManager(async function* breaking() {
        try {
          yield* [undefined];
        } catch {
          throw broken;
        }
      });
      const error = await errorOf(async () => {
        await using stack = new AsyncExitStack();
        await stack.enterContext(breaking());
        await stack.enterContext(transaction());
        await insert('Ada');
        throw failure;
      });
      expect(reachableFrom(error)).toEqual(expect.arrayContaining([broken, failure]));
      expect(reachableFrom(error)).toHaveLength(3);
      expect(await owners()).toEqual([]);
    });

    describe('with a suppressing exit pushed after it', () => {
      it('rolls back without complete()', async () => {
        {
          await using stack = new AsyncExitStack<undefined>();
          await stack.enterContext(transaction());
          stack.push(() => true);
          await insert('Ada');
        }
        expect(log).toEqual(['ROLLBACK']);
        expect(await owners()).toEqual([]);
      });

      it('rolls back if the block throws, and rethrows the same error', async () => {
        const error = await errorOf(async () => {
          await using stack = new AsyncExitStack<undefined>();
          await stack.enterContext(transaction());
          stack.push(() => true);
          await insert('Ada');
          throw failure;
        });
        expect(error).toBe(failure);
        expect(log).toEqual(['ROLLBACK']);
        expect(await owners()).toEqual([]);
      });

      it('commits after complete()', async () => {
        {
          await using stack = new AsyncExitStack<undefined>();
          await stack.enterContext(transaction());
          stack.push(() => true);
          await insert('Ada');
          stack.complete();
        }
        expect(log).toEqual(['COMMIT']);
        expect(await owners()).toEqual(['Ada']);
      });

      it('rolls back if it was pushed after complete()', async () => {
        {
          await using stack = new AsyncExitStack<undefined>();
          await stack.enterContext(transaction());
          await insert('Ada');
          stack.complete();
          stack.push(() => true);
        }
        expect(log).toEqual(['ROLLBACK']);
        expect(await owners()).toEqual([]);
      });

      it('commits in withAsync(), where the exit gets the error and handles it', async () => {
        const outcome = await outcomeOf(() =>
          withAsync(new AsyncExitStack<undefined>(), async (stack) => {
            await stack.enterContext(transaction());
            stack.push(() => true);
            await insert('Ada');
            throw failure;
          }),
        );
        expect(outcome).toEqual({ value: undefined });
        expect(await owners()).toEqual(['Ada']);
      });
    });

    describe('with an early return of stack.complete(rows)', () => {
      async function add(owner: string, isDry: boolean): Promise<unknown[] | string> {
        await using stack = new AsyncExitStack();
        await stack.enterContext(transaction());
        const rows = await insert(owner);
        if (!isDry) return stack.complete(rows);
        await insert('Alan');
        return 'dry';
      }

      it('commits, and returns the rows', async () => {
        expect(await add('Ada', false)).toEqual([{ owner: 'Ada', balance: 100 }]);
        expect(log).toEqual(['COMMIT']);
        expect(await owners()).toEqual(['Ada']);
      });

      it('rolls back on the path without complete()', async () => {
        expect(await add('Ada', true)).toBe('dry');
        expect(log).toEqual(['ROLLBACK']);
        expect(await owners()).toEqual([]);
      });
    });

    it('rolls back if it was moved and not completed there; commits if it was', async () => {
      for (const [owner, isCompleted] of [
        ['Ada', false],
        ['Alan', true],
      ] as const) {
        await using outer = new AsyncExitStack();
        await outer.enterContext(transaction());
        await insert(owner);
        outer.complete();
        await using moved = outer.move();
        if (isCompleted) moved.complete();
      }
      expect(log).toEqual(['ROLLBACK', 'COMMIT']);
      expect(await owners()).toEqual(['Alan']);
    });
  });
});
