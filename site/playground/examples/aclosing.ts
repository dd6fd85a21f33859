import { PGlite } from '@electric-sql/pglite';
import { aclosing, asyncContextManager, withAsync } from 'withal';

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

// Reads three rows at a time, from a cursor that must be closed.
async function* payments(db: PGlite) {
  await db.query('DECLARE payments CURSOR FOR SELECT * FROM generate_series(1, 9) AS id');
  try {
    for (;;) {
      const { rows } = await db.query<{ id: number }>('FETCH 3 FROM payments');
      if (rows.length === 0) return;
      yield* rows;
    }
  } finally {
    await db.query('CLOSE payments');
  }
}

const db = await PGlite.create();
const read: number[] = [];

// You leave one loop, and the next one continues. The cursor closes when the block ends.
await withAsync(transaction(db), async (tx) => {
  await withAsync(aclosing(payments(tx)), async (rows) => {
    for await (const { id } of rows) if (read.push(id) === 2) break;
    for await (const { id } of rows) if (read.push(id) === 5) break;
  });
});
read; // => [1, 2, 3, 4, 5]

// A loop that throws: the cursor closes, then the transaction rolls back.
await withAsync(transaction(db), async (tx) => {
  await withAsync(aclosing(payments(tx)), async (rows) => {
    for await (const { id } of rows) if (id === 4) throw new RangeError('payment 4 is wrong');
  });
}).catch(String); // => 'RangeError: payment 4 is wrong'

await db.close();
