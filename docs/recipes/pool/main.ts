import type { Pool } from 'pg';
import { enter, scopeAsync, withAsync } from 'withal';
import { postgres } from '../postgres.ts';
import { transaction } from '../transaction/transaction.ts';
import { checkout, pool } from './pool.ts';

await scopeAsync(async function* main() {
  const url = yield* enter(postgres());
  const connections = yield* enter(
    pool(url, { max: 2, connectionTimeoutMillis: 1_500 }),
  );

  console.log('Five blocks at the same time, on two connections:');
  const blocks = ['Ada', 'Alan', 'Grace', 'Edsger', 'Barbara'].map((name) =>
    greet(connections, name),
  );
  console.log(`  ${(await Promise.all(blocks)).join(', ')}`);
  show(connections);

  console.log('A statement that fails:');
  await withAsync(checkout(connections), (client) =>
    client.query('SELECT 1 / 0'),
  ).catch(tell);
  show(connections);

  console.log('A transaction that fails, and is rolled back:');
  await withAsync(checkout(connections), (client) =>
    withAsync(transaction(client), (tx) => tx.query('SELECT 1 / 0')),
  ).catch(tell);
  show(connections);

  console.log('A block that fails for another reason:');
  await withAsync(checkout(connections), () => {
    throw new Error('out of patience');
  }).catch(tell);
  show(connections);

  console.log('A transaction that is left open:');
  await withAsync(checkout(connections), (client) => client.query('BEGIN')).catch(tell);
  show(connections);

  console.log('A third connection while two are in use:');
  await withAsync(checkout(connections), () =>
    withAsync(checkout(connections), () =>
      withAsync(checkout(connections), () => console.log('  not reached')),
    ),
  ).catch(tell);
});

async function greet(pool: Pool, name: string): Promise<string> {
  return withAsync(checkout(pool), async (client) => {
    const { rows } = await client.query<{ greeting: string }>(
      "SELECT 'hello ' || $1 AS greeting",
      [name],
    );
    return rows[0]?.greeting ?? '';
  });
}

function show({ totalCount, idleCount }: Pool): void {
  console.log(
    `  connections: ${String(totalCount)}, in use: ${String(totalCount - idleCount)}`,
  );
}

function tell(error: unknown): void {
  console.log(`  ${String(error)}`);
}
