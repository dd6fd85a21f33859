import assert from 'node:assert/strict';
import { isDeepStrictEqual } from 'node:util';
import { aclosing, asyncContextManager, withAsync } from 'withal';
import { database, type Database, type Row } from './database.ts';
import { heading, remark, showTimes, shown } from './narrator.ts';

// Two managers: setup, one yield, teardown. Whatever happens in the block arrives at
// the yield. The narrator watches them with withal/observe, and draws what happens.

const transaction = asyncContextManager(async function* transaction(db: Database) {
  await db.query('BEGIN');
  try {
    yield;
    await db.query('COMMIT');
  } catch (error) {
    await db.query('ROLLBACK');
    throw error;
  }
});

const table = asyncContextManager(async function* table(
  db: Database,
  name: string,
  definition: string,
) {
  await db.query(`CREATE TEMP TABLE ${name} ${definition}`);
  try {
    yield;
  } finally {
    await db.query(`DROP TABLE ${name}`);
  }
});

// What the blocks do

async function transfer(db: Database, amount: number) {
  await db.query('UPDATE accounts SET balance = balance + $1 WHERE name = $2', [
    amount,
    'Alan',
  ]);
  await db.query('UPDATE accounts SET balance = balance - $1 WHERE name = $2', [
    amount,
    'Ada',
  ]);
}

async function* payments(db: Database) {
  await db.query('DECLARE pages CURSOR FOR SELECT * FROM payments ORDER BY id');
  try {
    for (;;) {
      const page = await db.query('FETCH 1000 FROM pages');
      if (page.length === 0) return;
      yield* page;
    }
  } finally {
    await db.query('CLOSE pages');
  }
}

// What the database says afterwards

function balances(db: Database) {
  return db.query('SELECT * FROM accounts ORDER BY name');
}

function openCursors(db: Database) {
  return db.query("SELECT count(*)::int FROM pg_cursors WHERE name = 'pages'");
}

function verdict(before: Row[], after: Row[]) {
  const isSame = isDeepStrictEqual(before, after);
  remark(isSame ? '↺ rolled back' : '✔ committed');
  return isSame ? 'rolled back' : 'committed';
}

// The story. Its asserts make the program fail if anything happens differently.

async function accepted(db: Database) {
  heading('A transfer that the database accepts');
  const before = await balances(db);

  await withAsync(transaction(db), () => transfer(db, 30));

  assert.equal(verdict(before, await balances(db)), 'committed');
}

async function refused(db: Database) {
  heading('A transfer that the database refuses');
  const before = await balances(db);

  const block = withAsync(transaction(db), () => transfer(db, 300));

  await assert.rejects(block, isOverdraft);
  assert.equal(verdict(before, await balances(db)), 'rolled back');
}

async function threwUndefined(db: Database) {
  heading('A body that throws undefined');
  const before = await balances(db);

  const block = withAsync(transaction(db), async () => {
    await transfer(db, 30);
    // eslint-disable-next-line @typescript-eslint/only-throw-error -- some code does
    throw undefined;
  });

  await assert.rejects(block, (error) => error === undefined);
  assert.equal(verdict(before, await balances(db)), 'rolled back');
}

async function readInTwoLoops(db: Database) {
  heading('Read page by page, in two loops');
  const read: unknown[] = [];

  await withAsync(transaction(db), async () => {
    await withAsync(aclosing(payments(db)), async (rows) => {
      for await (const { id } of rows) if (read.push(id) === 1500) break;
      remark(`· left a loop after payment ${String(read.at(-1))}`);
      assert.deepEqual(await openCursors(db), [{ count: 1 }]);

      for await (const { id } of rows) if (read.push(id) === 2500) break;
      remark(`· left the next loop after payment ${String(read.at(-1))}`);
    });
    // Check before the transaction ends, because its end would close the cursor too.
    assert.deepEqual(await openCursors(db), [{ count: 0 }]);
  });

  assert.deepEqual(
    read,
    Array.from({ length: 2500 }, (_, index) => index + 1),
  );
}

async function failedTwice(db: Database) {
  heading('A body that fails, and a teardown that fails because of it');
  const before = await balances(db);

  const block = withAsync(transaction(db), async () => {
    await withAsync(aclosing(payments(db)), async (rows) => {
      for await (const { amount } of rows) await transfer(db, Number(amount));
    });
  });

  // A plain `for await` would lose the second error, a plain `finally` the first.
  await assert.rejects(
    block,
    (error: Error) => isAborted(error) && isOverdraft(error.cause),
  );
  assert.equal(verdict(before, await balances(db)), 'rolled back');
}

function isOverdraft(error: unknown) {
  return String(error).includes('violates check constraint "no_overdraft"');
}

function isAborted(error: unknown) {
  return String(error).includes('current transaction is aborted');
}

const url = process.env['DATABASE_URL'];

await withAsync(database(url), async (connection) => {
  const db = shown(connection);
  await db.query('SHOW server_version');
  remark(
    url
      ? '· the server at DATABASE_URL'
      : '· in memory; set DATABASE_URL to run it on a server',
  );

  const accounts = table(
    db,
    'accounts',
    '(name text, balance int CONSTRAINT no_overdraft CHECK (balance >= 0))',
  );
  await withAsync(accounts, async () => {
    await db.query("INSERT INTO accounts VALUES ('Ada', 100), ('Alan', 50)");
    await accepted(db);
    await refused(db);
    await threwUndefined(db);

    heading('A table of 100,000 payments');
    const payments = table(
      db,
      'payments',
      'AS SELECT id, 90 AS amount FROM generate_series(1, 100000) AS id',
    );
    await withAsync(payments, async () => {
      await readInTwoLoops(db);
      await failedTwice(db);
    });
  });
});
showTimes();
