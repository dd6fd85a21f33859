import { asyncContextManager } from 'withal';

export const transaction = asyncContextManager(async function* transaction(pool: Pool) {
  const client = await pool.connect();
  try {
    await client.query('BEGIN');
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
