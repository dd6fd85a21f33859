import { asyncContextManager } from 'withal';

export const m = asyncContextManager(async function* m(pool: Pool) {
  const client = await pool.connect();
  yield client;
  client.release(); // !protect-teardown
});
export {};
