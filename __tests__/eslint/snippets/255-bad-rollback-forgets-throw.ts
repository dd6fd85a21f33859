import { asyncContextManager } from 'withal';

export const m = asyncContextManager(async function* m(pool: Pool) { // !yields-once
  const client = await pool.connect();
  try {
    await client.query('BEGIN');
    yield client;
    await client.query('COMMIT');
  } catch (error) { // !no-silent-swallow
    await client.query('ROLLBACK');
  } finally {
    client.release();
  }
});
export {};
