import { asyncContextManager } from 'withal';
const transaction = asyncContextManager(async function* transaction(db: Client) { yield db; });

declare const db: Client;
const tx: any = transaction(db); // !no-floating-managers
await tx.query('INSERT');
export {};
