import { asyncContextManager } from 'withal';

export const m = asyncContextManager(async function* m(pool: Pool, { retries } = { retries: 3 }) { // !annotate-defaults
  log(retries);
  yield await pool.connect();
});
export {};
