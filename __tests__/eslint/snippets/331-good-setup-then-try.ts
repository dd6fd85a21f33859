import { asyncContextManager } from 'withal';

export const m = asyncContextManager(async function* m(pool: Pool) {
  const client = await pool.connect();
  try {
    await client.query('SET search_path TO app');
    const { rows } = await client.query('SELECT 1');
    yield { client, rows };
  } finally {
    client.release();
  }
});
export {};
