import { asyncContextManager, withAsync } from 'withal';
const transaction = asyncContextManager(async function* transaction(db: Client) { yield db; });

declare const db: Client;
await withAsync(transaction(db), async (tx) => {
  tx.query('INSERT').then(log); // !settle-in-body
  tx.query('INSERT').catch(log); // !settle-in-body
});
export {};
