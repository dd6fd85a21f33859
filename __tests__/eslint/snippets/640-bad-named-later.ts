import { asyncContextManager, contextManager } from 'withal';
async function* openTransaction(pool: Pool) {
  const client = await pool.connect();
  yield client;
  client.release(); // !protect-teardown
}
export const transaction = asyncContextManager(openTransaction);
export default contextManager(function* () { // !name-managers
  yield 1;
});
