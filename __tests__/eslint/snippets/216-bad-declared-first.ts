import { asyncContextManager } from 'withal';

async function* connection(pool: Pool) {
  const client = await pool.connect();
  yield client;
  client.release(); // !protect-teardown
}
export const m = asyncContextManager(connection);
export {};
