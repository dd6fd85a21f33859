import { PGlite } from '@electric-sql/pglite';
import { asyncContextManager, withAsync } from 'withal';

const depths = new WeakMap<PGlite, number>();

const transaction = asyncContextManager(async function* transaction(db: PGlite) {
  const depth = depths.get(db) ?? 0;
  const name = `level_${String(depth)}`;
  await db.query(depth ? `SAVEPOINT ${name}` : 'BEGIN');
  depths.set(db, depth + 1);
  try {
    yield db;
    await db.query(depth ? `RELEASE SAVEPOINT ${name}` : 'COMMIT');
  } catch (error) {
    await db.query(depth ? `ROLLBACK TO SAVEPOINT ${name}` : 'ROLLBACK');
    throw error;
  } finally {
    depths.set(db, depth);
  }
});

const db = await PGlite.create();
await db.query('CREATE TABLE orders (item text, amount int CHECK (amount > 0))');

const order = (item: string, amount: number) =>
  withAsync(transaction(db), (tx) => tx.query('INSERT INTO orders VALUES ($1, $2)', [item, amount]));

// The second order fails, and you catch its error. Only its savepoint rolls back.
await withAsync(transaction(db), async () => {
  await order('tea', 2);
  await order('cups', -1).catch((error: unknown) => console.log(String(error)));
  await order('honey', 1);
});
(await db.query('SELECT item FROM orders')).rows; // => [{ item: 'tea' }, { item: 'honey' }]

// Here you don't catch it inside. Everything rolls back.
await withAsync(transaction(db), async () => {
  await order('milk', 3);
  await order('spoons', 0);
}).catch((error: unknown) => console.log(String(error)));
(await db.query('SELECT item FROM orders')).rows; // => [{ item: 'tea' }, { item: 'honey' }]

await db.close();
