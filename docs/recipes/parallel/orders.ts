import type { PGlite } from '@electric-sql/pglite';
import { asyncContextManager, taskGroup, withAsync } from 'withal';

const transaction = asyncContextManager(async function* transaction(db: PGlite) {
  await db.query('BEGIN');
  try {
    yield db;
    await db.query('COMMIT');
  } catch (error) {
    await db.query('ROLLBACK');
    throw error;
  }
});

/**
 * Reserves an item; rejects if there is none. It should stop when the signal aborts.
 */
export type Reserve = (item: string, signal?: AbortSignal) => Promise<unknown>;

/** Don't do this: it leaves writes behind. */
export async function orderByPromiseAll(
  db: PGlite,
  items: readonly string[],
  reserve: Reserve,
): Promise<void> {
  await withAsync(transaction(db), (tx) =>
    Promise.all(
      items.map(async (item) => {
        await reserve(item);
        await tx.query('INSERT INTO orders VALUES ($1)', [item]);
      }),
    ),
  );
}

export async function order(
  db: PGlite,
  items: readonly string[],
  reserve: Reserve,
): Promise<void> {
  await withAsync(transaction(db), (tx) =>
    withAsync(taskGroup(), ({ start }) => {
      for (const item of items)
        void start(async (signal) => {
          await reserve(item, signal);
          await tx.query('INSERT INTO orders VALUES ($1)', [item]);
        });
    }),
  );
}
