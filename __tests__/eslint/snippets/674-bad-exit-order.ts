import { asyncContextManager, enter } from 'withal';
const tx = asyncContextManager(async function* tx(c: Client) { yield c; });
export const m = asyncContextManager(async function* m(pool: Pool) {
  const c = await pool.connect();
  try {
    const t = yield* enter(tx(c));
    yield t;
  } finally {
    c.release(); // !exit-in-order
  }
});
