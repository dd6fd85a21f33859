import { asyncContextManager } from 'withal';
export const tx = asyncContextManager(async function* tx(pool: Pool) {
  const client = await pool.connect();
  try {
    await client.query('BEGIN');
    try {
      yield client;
    } catch (error) {
      await client.query('ROLLBACK');
      throw error;
    }
    await client.query('COMMIT'); // !no-leaky-setup
  } finally {
    client.release();
  }
});
