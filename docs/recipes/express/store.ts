import { PGlite } from '@electric-sql/pglite';
import { sql } from 'drizzle-orm';
import { pgTable, text } from 'drizzle-orm/pg-core';
import { drizzle, type PgliteDatabase } from 'drizzle-orm/pglite';
import { asyncContextManager, fromCallback, type AsyncContextManager } from 'withal';

/** What Drizzle passes to the callback of `db.transaction`. */
export type Tx = Parameters<Parameters<PgliteDatabase['transaction']>[0]>[0];

const orders = pgTable('orders', { item: text().notNull() });

/** Orders. Each item can be ordered once; the database checks that at the COMMIT. */
export interface Store {
  readonly transaction: () => AsyncContextManager<Tx>;
  /** A transaction in which Postgres refuses to write. */
  readonly readOnly: () => AsyncContextManager<Tx>;
  readonly stored: () => Promise<string[]>;
}

/** A store on a Postgres in the memory of this process. */
export const store = asyncContextManager(async function* store() {
  const client = await PGlite.create();
  try {
    await client.exec(
      'CREATE TABLE orders (item text UNIQUE DEFERRABLE INITIALLY DEFERRED)',
    );
    const db = drizzle(client);
    const made: Store = {
      transaction: () => fromCallback<Tx>((body) => db.transaction(body)),
      readOnly: () =>
        fromCallback<Tx>((body) => db.transaction(body, { accessMode: 'read only' })),
      stored: async () =>
        (await db.select().from(orders).orderBy(orders.item)).map(({ item }) => item),
    };
    yield made;
  } finally {
    await client.close();
  }
});

export async function insert(tx: Tx, item: string): Promise<void> {
  await tx.insert(orders).values({ item });
}

/** The orders, a hundred at a time. Postgres closes the cursor with the transaction. */
export async function* ordered(tx: Tx): AsyncGenerator<{ item: string }> {
  await tx.execute(
    sql`DECLARE ordered CURSOR FOR SELECT item FROM orders ORDER BY item`,
  );
  for (;;) {
    const { rows } = await tx.execute<{ item: string }>(sql`FETCH 100 FROM ordered`);
    if (rows.length === 0) return;
    yield* rows;
  }
}
