import { PGlite } from '@electric-sql/pglite';
import { expect, test as base } from 'vitest';
import { asyncContextManager } from 'withal';
import { fixture, shared } from 'withal/testing';
import { rolledBack, rolledBackTx } from './rolled-back.ts';

const database = asyncContextManager(async function* database() {
  const db = await PGlite.create();
  try {
    await db.exec('CREATE TABLE orders (item text UNIQUE)');
    yield db;
  } finally {
    await db.close();
  }
});

const test = base
  .extend({ ...shared('db', () => database(), 'file') })
  .extend({ tx: fixture(({ db }) => rolledBackTx(db)) })
  .extend({ connection: fixture(({ db }) => rolledBack(db)) });

const insert = "INSERT INTO orders VALUES ('tea')";
const count = 'SELECT count(*)::int AS stored FROM orders';

// A second order of tea would violate the constraint.

test('stores an order', async ({ tx }) => {
  await tx.query(insert);
  expect((await tx.query(count)).rows).toEqual([{ stored: 1 }]);
});

test('stores an order again', async ({ connection }) => {
  await connection.query(insert);
  expect((await connection.query(count)).rows).toEqual([{ stored: 1 }]);
});

test('stores an order, and fails', async ({ tx }) => {
  await tx.query(insert);
  expect((await tx.query(count)).rows).toEqual([{ stored: 2 }]);
});

test('leaves nothing', async ({ db }) => {
  expect((await db.query(count)).rows).toEqual([{ stored: 0 }]);
});
