import { asyncContextManager } from 'withal';
export const retrying = asyncContextManager(async function* retrying(pool: Pool) {
  let tries = 0;
  while (true) {
    const client = await pool.connect();
    try {
      yield client; // !yields-once
      break;
    } catch (error) {
      if (++tries < 3) continue;
      throw error;
    } finally {
      client.release();
    }
  }
});
