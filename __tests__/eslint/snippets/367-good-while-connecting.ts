import { asyncContextManager } from 'withal';

export const m = asyncContextManager(async function* m(pool: Pool) {
  let client: Client | undefined;
  let attempts = 0;
  while (!client) {
    try {
      client = await pool.connect();
    } catch (error) {
      if (++attempts > 3) throw error;
      await sleep(100);
    }
  }
  try {
    yield client;
  } finally {
    client.release();
  }
});
export {};
