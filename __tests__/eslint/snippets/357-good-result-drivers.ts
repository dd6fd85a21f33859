// @ts-ignore
import { resultBlocks } from 'withal';
import { asyncContextManager } from 'withal';
const transaction = asyncContextManager(async function* transaction(db: Client) { yield db; });

type Result<T, E> = { ok: true; value: T } | { ok: false; error: E };
const { withAsync } = resultBlocks((r: Result<unknown, unknown>) => !r.ok && { error: r.error });
declare const db: Client;
await withAsync(transaction(db), async (tx: Client): Promise<Result<number, string>> => ({ ok: true, value: (await tx.query('x')).rows.length }));
export {};
