import { asyncContextManager, closing, enter } from 'withal';

export const m = asyncContextManager(async function* m(url: string) {
  const pool = makePool(url);
  yield* enter(closing(pool, (p) => p.end()));
  const client = await pool.connect();
  yield* enter(closing(client, (c) => c.release()));
  await client.query('SELECT 1');
  yield client;
});
export {};
