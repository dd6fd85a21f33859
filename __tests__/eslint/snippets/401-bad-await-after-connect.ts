import { asyncContextManager } from 'withal';

export const m = asyncContextManager(async function* m(pool: Pool) {
  const client = await pool.connect();
  await client.query('BEGIN'); // !no-leaky-setup
  try {
    yield client;
    await client.query('COMMIT');
  } catch (error) {
    await client.query('ROLLBACK');
    throw error;
  } finally {
    client.release();
  }
});
export {};
