import { PGlite, type Transaction } from '@electric-sql/pglite';
import type { Client } from 'pg';
import { expect, test as base } from 'vitest';
import { asyncContextManager, enter, fromCallback, withAsync } from 'withal';
import { fixture, shared } from 'withal/testing';
import { connection } from '../recipes/connection/connection.ts';
import { postgres } from '../recipes/postgres.ts';
import { transaction } from '../recipes/transaction/transaction.ts';
import { undone } from './undone.ts';

const table = 'CREATE TEMP TABLE orders (item text UNIQUE)';

const session = asyncContextManager(async function* session() {
  const client = yield* enter(connection(yield* enter(postgres())));
  await client.query(table);
  yield client;
});

const embedded = asyncContextManager(async function* embedded() {
  const db = yield* enter(await PGlite.create());
  await db.exec(table);
  yield db;
});

const test = base
  .extend({ ...shared('client', () => session(), 'file') })
  .extend({ tx: fixture(({ client }) => undone(transaction(client))) });

const callbackTest = base
  .extend({ ...shared('db', () => embedded(), 'file') })
  .extend({ tx: fixture(({ db }) => undone(transactionOf(db))) });

const transactionOf = (db: PGlite) =>
  fromCallback<Transaction>((body) => db.transaction(body));

/** Begins its own transaction; in a test, that's a savepoint. */
async function order(client: Client, item: string) {
  await withAsync(transaction(client), (tx) =>
    tx.query('INSERT INTO orders VALUES ($1)', [item]),
  );
}

const count = 'SELECT count(*)::int AS stored FROM orders';

// A second order of tea would violate the constraint.

test('stores an order', async ({ tx }) => {
  await order(tx, 'tea');
  expect((await tx.query(count)).rows).toEqual([{ stored: 1 }]);
});

test('stores an order again', async ({ tx }) => {
  await order(tx, 'tea');
  await expect(order(tx, 'tea')).rejects.toThrow('unique');
  expect((await tx.query(count)).rows).toEqual([{ stored: 1 }]);
});

test('stores an order, and fails', async ({ tx }) => {
  await order(tx, 'tea');
  expect((await tx.query(count)).rows).toEqual([{ stored: 2 }]);
});

test('leaves nothing', async ({ client }) => {
  expect((await client.query(count)).rows).toEqual([{ stored: 0 }]);
});

callbackTest('stores an order through a callback', async ({ tx }) => {
  await tx.query("INSERT INTO orders VALUES ('tea')");
  expect((await tx.query(count)).rows).toEqual([{ stored: 1 }]);
});

callbackTest('leaves nothing either', async ({ db }) => {
  expect((await db.query(count)).rows).toEqual([{ stored: 0 }]);
});
