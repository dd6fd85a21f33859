import { asyncContextManager } from 'withal';
export const m = asyncContextManager(async function* m(pool: Pool, keep: boolean) {
  const c = await pool.connect();
  try {
    yield c;
    if (!keep) c.release(); // !protect-teardown
  } catch (error) {
    log(error);
    throw error;
  }
});
export const n = asyncContextManager(async function* n(pool: Pool) {
  const c = await pool.connect();
  try {
    yield c;
  } catch (error) {
    await c.query('ROLLBACK');
    throw error;
  }
  await c.query('COMMIT'); // !no-leaky-setup
  c.release(); // !protect-teardown
});
