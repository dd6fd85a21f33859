import { asyncContextManager } from 'withal';
export function makeRetrying(attempts: number) {
  return asyncContextManager(async function* retrying(pool: Pool) {
    for (let i = 0; i < attempts; i++) {
      const client = await pool.connect();
      try {
        yield client; // !yields-once
        return;
      } catch (error) {
        log(error);
      } finally {
        client.release();
      }
    }
    throw new Error('too many attempts');
  });
}
