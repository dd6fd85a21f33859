import { setTimeout as sleep } from 'node:timers/promises';
import { PGlite } from '@electric-sql/pglite';
import { closing, enter, scopeAsync } from 'withal';
import { order, orderByPromiseAll, type Reserve } from './orders.ts';

/** A service that refuses quickly, and accepts slowly. */
const reserve: Reserve = async (item, signal) => {
  await sleep(item === 'unicorn' ? 5 : 20, undefined, { signal });
  if (item === 'unicorn') throw new Error('There are no unicorns.');
};

await scopeAsync(async function* main() {
  const db = yield* enter(closing(await PGlite.create()));
  await db.query('CREATE TABLE orders (item text)');

  for (const run of [orderByPromiseAll, order]) {
    console.log(`${run.name}:`);
    await run(db, ['tea', 'unicorn'], reserve).catch((error: unknown) =>
      console.log(`  ${String(error)}`),
    );
    await sleep(50);
    const { rows } = await db.query<{ item: string }>('SELECT item FROM orders');
    console.log(`  ordered: ${rows.map(({ item }) => item).join(', ') || 'nothing'}`);
    await db.query('TRUNCATE orders');
  }
});
