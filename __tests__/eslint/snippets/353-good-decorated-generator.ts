import { asyncContextDecorator, asyncContextManager } from 'withal';
const transaction = asyncContextManager(async function* transaction(db: Client) { yield db; });

declare const db: Client;
export const rows = asyncContextDecorator(transaction(db))(async function* () { yield 1; yield 2; });
export {};
