// What the fixtures infer in the form of each runner, without annotations except those that the runner itself requires.

import { afterAll, afterEach, it } from '@jest/globals';
import { test as playwright } from '@playwright/test';
import { expectTypeOf } from 'expect-type';
import nodeTest, { after, afterEach as afterEachNode, type TestContext } from 'node:test';
import { test as vitest } from 'vitest';
import type { AsyncContextManager } from 'withal';
import { entered, fixture, shared, withFixtures } from 'withal/testing';

interface Database {
  query(text: string): Promise<string[]>;
}

interface Transaction extends Database {
  readonly id: number;
}

declare const database: () => AsyncContextManager<Database>;
declare const transaction: (db: Database) => AsyncContextManager<Transaction>;

// Vitest

const inVitest = vitest
  .extend({ ...shared('db', () => database(), 'file') })
  .extend({ tx: fixture(({ db }) => transaction(db)) });
inVitest('infers', ({ db, tx, task }) => {
  expectTypeOf(db).toEqualTypeOf<Database>();
  expectTypeOf(tx).toEqualTypeOf<Transaction>();
  expectTypeOf(task.name).toEqualTypeOf<string>();
});
vitest.extend<{ db: Database; tx: Transaction }>({
  db: fixture(() => database()),
  tx: fixture(({ db }) => transaction(db)),
});
vitest('enters', async (t) => {
  expectTypeOf(await entered(t, database())).toEqualTypeOf<Database>();
});
// @ts-expect-error -- there is no such fixture
vitest.extend({ tx: fixture(({ nope }) => transaction(nope)) });

// Playwright, which requires the types of fixtures

const inPlaywright = playwright.extend<{ tx: Transaction }, { db: Database }>({
  ...shared('db', () => database(), 'worker'),
  tx: fixture(({ db }) => transaction(db)),
});
inPlaywright('infers', ({ db, tx }) => {
  expectTypeOf(db).toEqualTypeOf<Database>();
  expectTypeOf(tx).toEqualTypeOf<Transaction>();
});
// @ts-expect-error -- a database isn't a transaction
playwright.extend<{ tx: Transaction }>({ tx: fixture(() => database()) });

// jest

const inJest = withFixtures(
  it,
  { db: [() => database(), { scope: 'file' }], tx: ({ db }) => transaction(db) },
  { afterEach, afterAll },
);
inJest('infers', ({ db, tx }) => {
  expectTypeOf(db).toEqualTypeOf<Database>();
  expectTypeOf(tx).toEqualTypeOf<Transaction>();
});

// node:test

const inNode = withFixtures(
  nodeTest,
  { db: [() => database(), { scope: 'file' }], tx: ({ db }) => transaction(db) },
  { afterEach: afterEachNode, afterAll: after },
);
inNode('infers', ({ tx }, t: TestContext) => {
  expectTypeOf(tx).toEqualTypeOf<Transaction>();
  t.diagnostic('passed on');
});
void nodeTest('enters', async (t) => {
  expectTypeOf(await entered(t, database())).toEqualTypeOf<Database>();
});
