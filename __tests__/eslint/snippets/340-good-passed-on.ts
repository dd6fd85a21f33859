import { asyncContextManager, withAsync, all } from 'withal';
const transaction = asyncContextManager(async function* transaction(db: Client) { yield db; });

declare const db: Client;
const tx = transaction(db);
await withAsync(tx, (tx) => tx.query('SELECT 1'));
const run = <T>(m: T) => m;
run(transaction(db));
export const both = all([transaction(db), transaction(db)]);
export const make = () => transaction(db);
export const byName = { transaction: transaction(db) };
const kept: unknown[] = [];
kept.push(transaction(db));
export {};
