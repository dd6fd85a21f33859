import { asyncContextManager, enter, scopeAsync } from 'withal';
const transaction = asyncContextManager(async function* transaction(db: Client) { yield db; });

declare const pool: Pool;
export const x = await scopeAsync(async function* () {
  const client = await pool.connect();
  try {
    const tx = yield* enter(transaction(client));
    return (await tx.query('SELECT 1')).rows;
  } finally {
    client.release(); // !exit-in-order
  }
});
export {};
