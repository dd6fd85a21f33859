import { asyncContextManager, withAsync } from 'withal';
const transaction = asyncContextManager(async function* transaction(db: Client) { yield db; });

declare const db: Client;
await withAsync(transaction(db), async (tx) => {
  Promise.all([tx.query('A'), tx.query('B')]); // !settle-in-body
});
export {};
