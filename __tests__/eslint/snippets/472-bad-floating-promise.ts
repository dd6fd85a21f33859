import { asyncContextManager, withAsync } from 'withal';
const transaction = asyncContextManager(async function* transaction(db: Client) { yield db; });

declare const db: Client;
await withAsync(transaction(db), async (tx) => {
  tx.query('INSERT'); // !settle-in-body
  await tx.query('SELECT 1');
});
export {};
