import { asyncContextManager, withAsync } from 'withal';
const transaction = asyncContextManager(async function* transaction(db: Client) { yield db; });

declare const db: Client;
await withAsync(transaction(db), async (tx) => {
  (async () => { await tx.query('INSERT'); })(); // !settle-in-body
});
export {};
