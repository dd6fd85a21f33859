import { PGlite } from '@electric-sql/pglite';
import { asyncContextManager, withAsync } from 'withal';

const transaction = asyncContextManager(async function* transaction(db: PGlite) {
  await db.query('BEGIN');
  try {
    yield db;
    await db.query('COMMIT'); // inside the try, because it can fail, too
  } catch (error) {
    await db.query('ROLLBACK');
    throw error;
  }
});

const audit = asyncContextManager(async function* audit() {
  try {
    yield;
  } finally {
    await writeAuditLog();
  }
});

async function writeAuditLog() {
  throw new Error('the audit log is full');
}

const db = await PGlite.create();
await db.query('CREATE TABLE orders (item text UNIQUE DEFERRABLE INITIALLY DEFERRED)');

const order = (item: string) => withAsync(transaction(db), (tx) => tx.query('INSERT INTO orders VALUES ($1)', [item]));

await order('tea');

// Postgres checks this constraint at the commit. The commit fails, the transaction rolls back, and the block rejects.
await order('tea').catch((error: unknown) => console.log(String(error)));

// The body fails, and then a teardown does. You get the teardown's error, and the body's as its cause.
await withAsync(transaction(db), async (tx) => {
  await withAsync(audit(), async () => {
    await tx.query("INSERT INTO orders VALUES ('cups')");
    throw new RangeError('there are no cups');
  });
}).catch(messages); // => ['the audit log is full', 'RangeError: there are no cups']

(await db.query('SELECT * FROM orders')).rows; // => [{ item: 'tea' }]
await db.close();

function messages(error: unknown) {
  return error instanceof Error ? [error.message, String(error.cause)] : error;
}
