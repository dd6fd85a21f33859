import { asyncContextManager } from 'withal';
const transaction = asyncContextManager(async function* transaction(db: Client) { yield db; });

declare const db: Client;
await transaction(db); // !no-floating-managers
export {};
