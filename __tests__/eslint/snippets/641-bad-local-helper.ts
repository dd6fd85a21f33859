import { asyncContextManager } from 'withal';
export const session = asyncContextManager(async function* session(pool: Pool) {
  const client = await pool.connect();
  const done = () => { client.release(); };
  yield client;
  done(); // !protect-teardown
});
export const listening = asyncContextManager(async function* listening(pool: Pool) {
  const client = await pool.connect();
  const close = async () => { await client.end(); };
  try { await client.query('LISTEN x'); } catch (error) { await close(); throw error; }
  yield client;
  await close(); // !protect-teardown
});
