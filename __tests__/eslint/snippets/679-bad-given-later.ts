import { asyncContextManager } from 'withal';
export const lazy = asyncContextManager(async function* lazy(pool: Pool) {
  const state: { client?: Client } = {};
  yield async () => (state.client ??= await pool.connect());
  state.client?.release(); // !protect-teardown
});
