import { PGlite } from '@electric-sql/pglite';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { sql, TransactionRollbackError } from 'drizzle-orm';
import { integer, pgTable, text } from 'drizzle-orm/pg-core';
import { drizzle, type PgliteDatabase } from 'drizzle-orm/pglite';
import {
  all,
  asyncContextDecorator,
  asyncContextManager,
  AsyncExitStack,
  enter,
  fromCallback,
  scopeAsync,
  suppress,
  withAsync,
} from '../../lib/index.ts';
import { errorOf } from '../helpers/outcome.ts';

const orders = pgTable('orders', { item: text().notNull(), amount: integer().notNull() });

type Tx = Parameters<Parameters<PgliteDatabase['transaction']>[0]>[0];

const transaction = (db: Pick<PgliteDatabase, 'transaction'>) => fromCallback<Tx>((body) => db.transaction(body));

let pglite: PGlite;
let db: PgliteDatabase;

beforeAll(async () => {
  pglite = await PGlite.create();
  db = drizzle(pglite);
  await db.execute(sql`CREATE TABLE orders (item text UNIQUE DEFERRABLE INITIALLY DEFERRED, amount int)`);
}, 60_000);

beforeEach(() => db.execute(sql`TRUNCATE orders`));

afterAll(() => pglite.close());

const insert = (tx: Tx, item: string) => tx.insert(orders).values({ item, amount: 1 });

async function stored(): Promise<string[]> {
  const rows = await db.select().from(orders).orderBy(orders.item);
  return rows.map(({ item }) => item);
}

const isDuplicate = (error: unknown) => String((error as Error).cause ?? error).includes('duplicate key');

const failure = Object.freeze(new RangeError('no'));

describe("fromCallback with Drizzle's transaction", () => {
  it('commits when the block returns, and returns its result', async () => {
    const result = await withAsync(transaction(db), async (tx) => {
      await insert(tx, 'tea');
      return tx.$count(orders);
    });
    expect([result, await stored()]).toEqual([1, ['tea']]);
  });

  it.each([[failure], [undefined], [null], [0], [''], [false]])(
    'rolls back for %p, which it rethrows',
    async (thrown) => {
      const error = await errorOf(() =>
        withAsync(transaction(db), async (tx) => {
          await insert(tx, 'tea');
          throw thrown;
        }),
      );
      expect(error).toBe(thrown);
      expect(await stored()).toEqual([]);
    },
  );

  it("rolls back on Drizzle's own rollback()", async () => {
    const error = await errorOf(() =>
      withAsync(transaction(db), async (tx) => {
        await insert(tx, 'tea');
        tx.rollback();
      }),
    );
    expect(error).toBeInstanceOf(TransactionRollbackError);
    expect(await stored()).toEqual([]);
  });

  it('fails if the COMMIT fails', async () => {
    let isDone = false;
    const error = await errorOf(() =>
      withAsync(transaction(db), async (tx) => {
        await insert(tx, 'tea');
        await insert(tx, 'tea');
        isDone = true;
      }),
    );
    expect([isDone, isDuplicate(error)]).toEqual([true, true]);
    expect(await stored()).toEqual([]);
  });

  it('rolls a savepoint back, and continues', async () => {
    await withAsync(transaction(db), async (tx) => {
      await insert(tx, 'tea');
      await withAsync(suppress(RangeError), () =>
        withAsync(transaction(tx), async (savepoint) => {
          await insert(savepoint, 'milk');
          throw failure;
        }),
      );
      await withAsync(transaction(tx), (savepoint) => insert(savepoint, 'sugar'));
    });
    expect(await stored()).toEqual(['sugar', 'tea']);
  });

  it('can be entered by a manager, a scope and all, and a later failure rolls all of it back', async () => {
    const nested = asyncContextManager(async function* nested() {
      const outer = yield* enter(transaction(db));
      await insert(outer, 'outer');
      const inner = yield* enter(transaction(outer));
      await insert(inner, 'inner');
      yield inner;
    });
    expect(await errorOf(() => withAsync(nested(), () => Promise.reject(failure)))).toBe(failure);
    expect(await stored()).toEqual([]);

    await withAsync(nested(), (tx) => insert(tx, 'body'));
    expect(await stored()).toEqual(['body', 'inner', 'outer']);

    await scopeAsync(async function* () {
      await insert(yield* enter(transaction(db)), 'scope');
    });
    await withAsync(all({ tx: transaction(db) }), ({ tx }) => insert(tx, 'together'));
    expect(await stored()).toEqual(['body', 'inner', 'outer', 'scope', 'together']);
  });

  it('commits on a completed stack, and rolls back on one that is only disposed of', async () => {
    const block = async (item: string, isComplete: boolean) => {
      await using stack = new AsyncExitStack();
      await insert(await stack.enterContext(transaction(db)), item);
      if (isComplete) stack.complete();
    };
    await block('complete', true);
    await block('disposed', false);
    expect(await stored()).toEqual(['complete']);
  });

  it('wraps each call of a decorated function', async () => {
    const order = asyncContextDecorator(() => transaction(db))(async (item: string) => {
      if (item === 'cups') throw failure;
      return item;
    });
    expect(await order('tea')).toBe('tea');
    expect(await errorOf(() => order('cups'))).toBe(failure);
  });

  it("fails with its own error if it can't begin", async () => {
    const closed = await PGlite.create();
    await closed.close();
    let isRun = false;
    const error = await errorOf(() => withAsync(transaction(drizzle(closed)), () => (isRun = true)));
    expect([isRun, String(error)]).toEqual([false, expect.stringContaining('closed')]);
  }, 60_000);

  it('keeps concurrent transactions apart', async () => {
    const items = Array.from({ length: 30 }, (_, index) => `item ${String(index).padStart(2, '0')}`);
    const order = (item: string, index: number) =>
      withAsync(transaction(db), async (tx) => {
        await insert(tx, item);
        if (index % 3 === 0) throw failure;
      });
    const results = await Promise.allSettled(items.map(order));
    expect(results.filter(({ status }) => status === 'rejected')).toHaveLength(10);
    expect(await stored()).toEqual(items.filter((_, index) => index % 3 !== 0));
  });
});
