import { asyncContextManager } from 'withal';
export const borrowed = asyncContextManager(async function* borrowed(given: Client | undefined, pool: Pool) {
  const client = given ?? (await pool.connect());
  try {
    yield client;
  } finally {
    if (!given) client.release();
  }
});
export const reused = asyncContextManager(async function* reused(given: Client | undefined, pool: Pool) {
  if (given) {
    yield given;
  } else {
    const client = await pool.connect();
    try { yield client; } finally { client.release(); }
  }
});
