import { asyncContextManager, withAsync } from 'withal';
declare const app: { use(f: (c: { error?: Error; set(k: string, v: unknown): void }, next: () => Promise<void>) => Promise<unknown>): void };
const transaction = asyncContextManager(async function* transaction(pool: Pool) {
  const client = await pool.connect();
  try { yield client; } finally { client.release(); }
});
declare const pool: Pool;
app.use(async (c, next) => {
  await withAsync(transaction(pool), async () => { await next(); }); // !rethrow-next
});
app.use(async (c, next) => {
  await withAsync(transaction(pool), async (tx) => {
    c.set('tx', tx); // !no-escaping-value:typed
    await next();
  });
});
