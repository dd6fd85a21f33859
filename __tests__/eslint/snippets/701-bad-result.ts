import { withAsync, nullContext } from 'withal';
type Result<T, E> = { ok: true; value: T } | { ok: false; error: E };
declare function save(x: string): Promise<Result<number, Error>>;
await withAsync(nullContext('x'), async (x) => save(x)); // !result-blocks:typed
await withAsync(nullContext('x'), async (x) => { const r = await save(x); if (!r.ok) throw r.error; return r.value; });
