import { asyncContextManager, withAsync } from 'withal';
declare const transaction: (p: Pool) => import('withal').AsyncContextManager<Client>;
declare const pool: Pool;
declare const app: { use(f: (c: { error?: Error }, next: () => Promise<void>) => unknown): void };
app.use((c, next) => withAsync(transaction(pool), async () => {
  await next();
  if (c.error) throw c.error;
}));
app.use(async (c, next) => { await withAsync(transaction(pool), (tx) => tx.query('x')); await next(); });
export { asyncContextManager };
