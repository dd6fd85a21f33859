import { asyncContextManager } from 'withal';

export const m = asyncContextManager(async function* m(pool: Pool) {
  const client = await pool.connect();
  try {
    yield client;
  } finally {
    try {
      client.release();
    } catch (error) {
      log(error);
    }
  }
});
export {};
