import { PGlite } from '@electric-sql/pglite';
import { pgTable, text } from 'drizzle-orm/pg-core';
import { drizzle, type PgliteDatabase } from 'drizzle-orm/pglite';
import { asyncContextManager, fromCallback, type AsyncContextManager } from 'withal';

/** What Drizzle passes to the callback of `db.transaction`. */
export type Tx = Parameters<Parameters<PgliteDatabase['transaction']>[0]>[0];

const orders = pgTable('orders', { item: text().notNull() });

/** Orders. Each item can be ordered once; the database checks that at the COMMIT. */
export interface Store {
  readonly transaction: () => AsyncContextManager<Tx>;
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
