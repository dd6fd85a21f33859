import { asyncContextManager, withAsync } from 'withal';
const transaction = asyncContextManager(async function* transaction(db: Client) { yield db; });

declare const db: Client;
type Result<T, E> = { ok: true; value: T } | { ok: false; error: E };
declare function save(tx: Client): Promise<Result<number, string>>;
await withAsync(transaction(db), (tx) => save(tx)); // !result-blocks:typed
await withAsync(transaction(db), async (tx): Promise<Result<number, string>> => await save(tx)); // !result-blocks:typed
export {};
