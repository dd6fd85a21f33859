import { asyncContextManager } from 'withal';
export const session = asyncContextManager(async function* session(pool: Pool, user: string) {
  const client = await pool.connect();
  await client.query('SET app.user = $1', [user]); // !no-leaky-setup
  try {
    yield client;
  } finally {
    client.release();
  }
});
