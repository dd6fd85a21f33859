import { closing, enter, scopeAsync } from 'withal';
export const total = await scopeAsync(async function* main() {
  const pools: Pool[] = [];
  for (const url of ['a', 'b']) pools.push(yield* enter(closing(makePool(url), (p) => p.end())));
  let n = 0;
  for (const pool of pools) {
    const c = yield* enter(closing(await pool.connect(), (c) => c.release()));
    n += (await c.query('x')).rows.length;
  }
  if (n === 0) return undefined;
  try { return n; } finally { log(n); }
});
