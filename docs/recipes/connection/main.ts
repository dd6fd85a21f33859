import { enter, scopeAsync, withAsync } from 'withal';
import { postgres } from '../postgres.ts';
import { Connection, connection } from './connection.ts';

await scopeAsync(async function* main() {
  const url = yield* enter(postgres());

  for (const manager of [connection(url), new Connection(url)]) {
    const sum = await withAsync(manager, async (client) => {
      const { rows } = await client.query<{ sum: number }>('SELECT 1 + 1 AS sum');
      return rows[0]?.sum;
    });
    console.log(`1 + 1 = ${String(sum)}`);

    await withAsync(manager, (client) => client.query('SELECT 1 / 0')).catch(
      (error: unknown) => {
        console.log(String(error));
      },
    );
  }
});
