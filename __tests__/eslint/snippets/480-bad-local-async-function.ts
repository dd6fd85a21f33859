import { asyncContextManager, withAsync } from 'withal';
const transaction = asyncContextManager(async function* transaction(db: Client) { yield db; });

declare const db: Client;
async function insert(tx: Client) { await tx.query('INSERT'); }
await withAsync(transaction(db), async (tx) => {
  insert(tx); // !settle-in-body
});
export {};
