import type { Client } from 'pg';
import { enter, scopeAsync, withAsync } from 'withal';
import { connection } from '../connection/connection.ts';
import { postgres } from '../postgres.ts';
import { transaction } from './transaction.ts';

await scopeAsync(async function* main() {
  const client = yield* enter(connection(yield* enter(postgres())));
  await client.query(
    'CREATE TEMP TABLE orders (item text UNIQUE DEFERRABLE INITIALLY DEFERRED, amount int CHECK (amount > 0))',
  );

  console.log('An order of two items:');
  await withAsync(transaction(client), async (tx) => {
    await order(tx, 'tea', 2);
    await order(tx, 'cups', 4);
  });
  await show(client);

  console.log('An order whose second item is invalid:');
  await withAsync(transaction(client), async (tx) => {
    await order(tx, 'sugar', 1);
    await order(tx, 'spoons', 0);
  }).catch(tell);
  await show(client);

  console.log('An order whose commit fails, because its item was ordered before:');
  await withAsync(transaction(client), (tx) => order(tx, 'tea', 1)).catch(tell);
  await show(client);

  console.log('An order that continues without the invalid item:');
  await withAsync(transaction(client), async (tx) => {
    await order(tx, 'milk', 1);
    await withAsync(transaction(tx), () => order(tx, 'spoons', -1)).catch(tell);
    await order(tx, 'honey', 1);
  });
  await show(client);
});

async function order(tx: Client, item: string, amount: number): Promise<void> {
  await tx.query('INSERT INTO orders VALUES ($1, $2)', [item, amount]);
}

async function show(client: Client): Promise<void> {
  const { rows } = await client.query<{ item: string }>('SELECT item FROM orders');
  console.log(`  ordered: ${rows.map(({ item }) => item).join(', ')}`);
}

function tell(error: unknown): void {
  console.log(`  ${String(error)}`);
}
