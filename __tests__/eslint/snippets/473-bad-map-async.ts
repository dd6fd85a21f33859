import { asyncContextManager, withAsync } from 'withal';
const transaction = asyncContextManager(async function* transaction(db: Client) { yield db; });

declare const db: Client; declare const names: string[];
await withAsync(transaction(db), async (tx) => {
  names.map(async (name) => tx.query('INSERT', [name])); // !settle-in-body
});
export {};
