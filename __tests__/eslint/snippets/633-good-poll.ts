import { asyncContextManager, withAsync } from 'withal';
export const leader = asyncContextManager(async function* leader(c: Client, signal: AbortSignal) {
  while (!signal.aborted) {
    const { rows } = await c.query('SELECT pg_try_advisory_lock(1) AS ok');
    if (rows[0].ok) {
      try { yield c; } finally { await c.query('SELECT pg_advisory_unlock(1)'); }
      return;
    }
    await sleep(100);
  }
  throw signal.reason;
});
export const use = (c: Client, s: AbortSignal) => withAsync(leader(c, s), async (c) => {
  const tasks = [c.query('a'), c.query('b')];
  const [a] = await Promise.all(tasks);
  await Promise.allSettled([1, 2].map(async (n) => c.query('x', [n])));
  for (const n of [1, 2]) await c.query('x', [n]);
  return a!.rows;
});
