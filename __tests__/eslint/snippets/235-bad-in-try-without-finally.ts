import { asyncContextManager } from 'withal';

export const m = asyncContextManager(async function* m(pool: Pool) {
  const client = await pool.connect();
  try {
    yield client;
    client.release(); // !protect-teardown
  } catch (error) {
    log(error);
    throw error;
  }
});
export {};
