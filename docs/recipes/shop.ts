import { PGlite, type Transaction } from '@electric-sql/pglite';
import { asyncContextManager, fromCallback, type AsyncContextManager } from 'withal';

/**
 * A shop that stores orders. Each item can be ordered once; the database checks that at
 * the COMMIT.
 */
export interface Shop {
  readonly transaction: () => AsyncContextManager<Transaction>;
  readonly stored: () => Promise<string[]>;
}

/** A shop on a Postgres in the memory of this process. */
export const shop = asyncContextManager(async function* shop() {
  const db = await PGlite.create();
  try {
    await db.exec(
      'CREATE TABLE orders (item text UNIQUE DEFERRABLE INITIALLY DEFERRED)',
    );
    const made: Shop = {
      transaction: () => fromCallback<Transaction>((body) => db.transaction(body)),
      stored: async () => {
        const { rows } = await db.query<{ item: string }>(
          'SELECT item FROM orders ORDER BY item',
        );
        return rows.map(({ item }) => item);
      },
    };
    yield made;
  } finally {
    await db.close();
  }
});

/** Stores an order. Throws for cups, which are sold out. */
export async function order(tx: Transaction, item: string): Promise<string> {
  await tx.query('INSERT INTO orders VALUES ($1)', [item]);
  if (item === 'cups') throw new SoldOut(item);
  return item;
}

export class SoldOut extends Error {
  constructor(item: string) {
    super(`There are no more ${item}.`);
    this.name = 'SoldOut';
  }
}
