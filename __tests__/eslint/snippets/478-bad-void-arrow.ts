import { asyncContextManager, withAsync } from 'withal';
const transaction = asyncContextManager(async function* transaction(db: Client) { yield db; });

declare const db: Client;
await withAsync(transaction(db), (tx) => void tx.query('INSERT')); // !settle-in-body
export {};
