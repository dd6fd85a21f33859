import { asyncContextManager, enter } from 'withal';
const transaction = asyncContextManager(async function* transaction(db: Client) { yield db; });

export const m = asyncContextManager(async function* m(pool: Pool) {
  const client = await pool.connect();
  try {
    const tx = yield* enter(transaction(client));
    yield tx;
  } catch (error) {
    log(error);
    throw error;
  } finally {
    client.release(); // !exit-in-order
  }
});
export {};
