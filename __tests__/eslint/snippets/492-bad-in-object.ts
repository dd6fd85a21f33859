import { asyncContextManager, withAsync } from 'withal';
const transaction = asyncContextManager(async function* transaction(db: Client) { yield db; });

declare const db: Client;
export const { tx } = await withAsync(transaction(db), async (tx) => ({ tx, n: 1 })); // !no-escaping-value:typed
export {};
