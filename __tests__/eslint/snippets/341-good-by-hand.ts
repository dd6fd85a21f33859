import { asyncContextManager } from 'withal';
const transaction = asyncContextManager(async function* transaction(db: Client) { yield db; });

declare const db: Client;
const manager = transaction(db);
const tx = await manager.enterAsync();
await tx.query('SELECT 1');
await manager.exitAsync();
export {};
