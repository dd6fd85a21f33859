// What the kit and the fixtures infer, and what they refuse, without the types of any runner.

import { expectTypeOf } from 'expect-type';
import { contextManager, nullContext, type AsyncContextManager } from 'withal';
import {
  checkManager,
  entered,
  fixture,
  managerCases,
  shared,
  withFixtures,
  type DefineTest,
  type Faults,
  type FixtureFunction,
  type ManagerCase,
} from 'withal/testing';

interface Database {
  readonly connections: Set<object>;
  readonly committed: string[];
  connect(): Promise<Connection>;
}

interface Connection {
  query(text: string): Promise<string[]>;
}

declare const database: () => AsyncContextManager<Database>;
declare const transaction: (db: Database) => AsyncContextManager<Connection>;
declare const file: (name: string) => AsyncDisposable & { readonly name: string };
declare const log: (tx: Connection) => AsyncContextManager<string[], undefined>;
const counter = contextManager(function* counter() {
  yield 1;
});

// The kit: the world from `in`, the value from `make`

const cases = managerCases(
  (db, faults) => {
    expectTypeOf(db).toEqualTypeOf<Database>();
    expectTypeOf(faults).toEqualTypeOf<Faults>();
    expectTypeOf(faults.wrap(db)).toEqualTypeOf<Database>();
    expectTypeOf(faults.patch(db, 'connect')).toEqualTypeOf<Database>();
    return transaction(faults.wrap(db));
  },
  {
    in: () => database(),
    open: (db) => db.connections.size,
    probes: { committed: (db) => db.committed },
    use: (tx, db) => {
      expectTypeOf(tx).toEqualTypeOf<Connection>();
      expectTypeOf(db).toEqualTypeOf<Database>();
    },
    effect: (db) => db.committed,
    concurrent: 'exclusive',
    mayIgnore: ['ROLLBACK', /^release/, (call) => call.startsWith('end')],
  },
);
expectTypeOf(cases).toEqualTypeOf<ManagerCase[]>();

managerCases((world) => {
  expectTypeOf(world).toEqualTypeOf<undefined>();
  return counter();
});
managerCases(() => counter(), { use: (value) => expectTypeOf(value).toEqualTypeOf<number>() });
managerCases(({ name }) => file(name), {
  in: () => file('world'),
  use: (value, world) => expectTypeOf(value).toEqualTypeOf(world),
});
managerCases((value) => nullContext(value), { in: () => nullContext('world'), use: (value) => value.length });
managerCases((db, faults) => transaction(faults.wrap(db)), {
  in: () => database(),
  use: (tx: Connection) => tx.query('SELECT 1'),
});
// @ts-expect-error -- a connection isn't a number
managerCases((db) => transaction(db), { in: () => database(), use: (tx: number) => tx });
expectTypeOf(checkManager(() => counter())).toEqualTypeOf<Promise<void>>();

// @ts-expect-error -- that isn't a manager
managerCases(() => 1);
// @ts-expect-error -- a database has no such field
managerCases((db) => transaction(db.nope), { in: () => database() });
// @ts-expect-error -- a connection has no such method
managerCases((db) => transaction(db), { in: () => database(), use: (tx) => tx.nope() });
// @ts-expect-error -- there is no such option
managerCases(() => counter(), { opens: () => 1 });
// @ts-expect-error -- a database has no such method
managerCases((db, faults) => transaction(faults.patch(db, 'nope')), { in: () => database() });

// Fixtures

expectTypeOf(fixture(() => database())).toEqualTypeOf<FixtureFunction<unknown, Database>>();
expectTypeOf(fixture(({ db }: { db: Database }) => transaction(db))).toEqualTypeOf<
  FixtureFunction<{ db: Database }, Connection>
>();
// @ts-expect-error -- that isn't a manager
fixture(() => 1);

const both = shared('db', () => database(), 'file');
expectTypeOf(both.db[0]).toEqualTypeOf<FixtureFunction<unknown, Database>>();
expectTypeOf(both.dbFailures[0]).toEqualTypeOf<FixtureFunction<object, void>>();
// @ts-expect-error -- there is no such scope
shared('db', () => database(), 'test');

declare const context: { after(hook: () => Promise<void>): void };
expectTypeOf(entered(context, transaction(null as never))).toEqualTypeOf<Promise<Connection>>();
// @ts-expect-error -- that isn't a context
void entered({}, database());

declare const it: (name: string, test: () => Promise<void>, timeout?: number) => void;

const test = withFixtures(it, {
  db: () => database(),
  tx: ({ db }) => transaction(db),
  folder: [() => file('folder'), { scope: 'file' }],
});
expectTypeOf(test).toExtend<DefineTest<{ db: Database; tx: Connection }>>();
test('takes what it destructures', ({ db, tx, folder }, context) => {
  expectTypeOf(db).toEqualTypeOf<Database>();
  expectTypeOf(tx).toEqualTypeOf<Connection>();
  expectTypeOf(folder.name).toEqualTypeOf<string>();
  expectTypeOf(context).toEqualTypeOf<unknown>();
});
test('takes what the runner gives', ({ tx }, t: { name: string }) => tx.query(t.name), 1000);
test.only('has options', { timeout: 1000 }, ({ tx }) => tx.query('SELECT 1'));
test.each([1, 2])('takes a value', ({ tx }, value) => tx.query(value.toFixed()));
test.each<[number, string]>([[1, 'a']])('takes a row', ({ tx }, n, text) => tx.query(text.repeat(n)));
// @ts-expect-error -- there is no such fixture
test('takes another', ({ nope }) => nope);

const more = withFixtures(test, { lines: ({ tx }) => log(tx), db: () => nullContext('in place of the other') });
more('takes more', ({ lines, db, tx }) => {
  expectTypeOf(lines).toEqualTypeOf<string[]>();
  expectTypeOf(db).toEqualTypeOf<string>();
  expectTypeOf(tx).toEqualTypeOf<Connection>();
});
// @ts-expect-error -- that isn't a manager
withFixtures(it, { db: () => 1 });
// @ts-expect-error -- there is no such fixture
withFixtures(it, { db: () => database(), tx: ({ nope }) => transaction(nope) });
