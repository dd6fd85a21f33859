import { asyncContextManager, withAsync, enter, all, type AsyncContextManager } from 'withal';
const pool = asyncContextManager(async function* pool(url: string) {
  const p = makePool(url);
  try { yield p; } finally { await p.end(); }
});
export const pools = (urls: string[]): AsyncContextManager<Pool[]> => all(urls.map((u) => pool(u)));
export function withPool<T>(url: string, f: (p: Pool) => Promise<T>): Promise<T> { return withAsync(pool(url), f); }
export const both = asyncContextManager(async function* both(a: string, b: string) {
  const first = yield* enter(pool(a));
  const second = yield* enter(pool(b));
  yield [first, second] as const;
});
const main = pool('main');
export default main;
const registry = new Map<string, AsyncContextManager<Pool>>();
const other = pool('other');
registry.set('other', other);
export { registry };
