import { asyncContextManager, nullContext, withAsync } from 'withal';
const transaction = asyncContextManager(async function* transaction(db: Client) { yield db; });

declare const db: Client;
export const rows = await withAsync(transaction(db), async (tx) => (await tx.query('SELECT 1')).rows);
export const n = await withAsync(nullContext(1), (x) => x);
export const client = await withAsync(nullContext(db), (x) => x);
let count = 0;
await withAsync(transaction(db), async (tx) => { count = (await tx.query('SELECT 1')).rows.length; });
log(count);
export {};
