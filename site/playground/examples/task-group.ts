import { setTimeout as sleep } from 'node:timers/promises';
import { PGlite } from '@electric-sql/pglite';
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

const db = await PGlite.create();
await db.query('CREATE TABLE orders (item text)');

// Asks all suppliers at once, and orders what each confirms.
const order = (items: string[]) =>
  withAsync(transaction(db), (tx) =>
    withAsync(taskGroup(), ({ start }) => {
      for (const item of items)
        void start(async (signal) => {
          await sleep(item.length * 40, undefined, { signal });
          if (item === 'unicorn') throw new RangeError('nobody sells a unicorn');
          await tx.query('INSERT INTO orders VALUES ($1)', [item]);
        });
    }),
  );

await order(['tea', 'cups', 'honey']);

// When one task fails, the group stops the others and waits for them. Only then does the transaction roll back.
await order(['milk', 'unicorn', 'a very long name']).catch(String); // => 'RangeError: nobody sells a unicorn'

(await db.query('SELECT * FROM orders')).rows; // => [{ item: 'tea' }, { item: 'cups' }, { item: 'honey' }]
await db.close();
