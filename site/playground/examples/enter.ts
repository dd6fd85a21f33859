import { PGlite } from '@electric-sql/pglite';
import { asyncContextManager, enter, withAsync } from 'withal';

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

const staging = asyncContextManager(async function* staging(db: PGlite) {
  await db.query('CREATE TEMP TABLE staging (item text, amount int)');
  try {
    yield async (item: string, amount: number) => {
      await db.query('INSERT INTO staging VALUES ($1, $2)', [item, amount]);
    };
  } finally {
    await db.query('DROP TABLE staging');
  }
});

// A manager made of managers: it enters both, and exits them in reverse order.
const importing = asyncContextManager(async function* importing(db: PGlite) {
  const tx = yield* enter(transaction(db));
  const add = yield* enter(staging(tx));
  yield add;
  await tx.query('INSERT INTO orders SELECT * FROM staging');
});

const db = await PGlite.create();
await db.query('CREATE TABLE orders (item text, amount int)');

await withAsync(importing(db), async (add) => {
  await add('tea', 2);
  await add('cups', 4);
});

await withAsync(importing(db), async (add) => {
  await add('milk', 1);
  throw new RangeError('the file ends here');
}).catch(String); // => 'RangeError: the file ends here'

(await db.query('SELECT * FROM orders')).rows; // => [{ item: 'tea', amount: 2 }, { item: 'cups', amount: 4 }]
await db.close();
