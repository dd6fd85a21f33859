import { asyncContextManager, withAsync } from 'withal';
const transaction = asyncContextManager(async function* transaction(db: Client) { yield db; });

declare const db: Client;
declare const app: { use(f: (c: { error?: Error }, next: () => Promise<void>) => Promise<void>): void };
app.use(async (c, next) => {
  await withAsync(transaction(db), async () => {
    await next();
    if (c.error) throw c.error;
  });
});
declare const iterator: Iterator<number>;
await withAsync(transaction(db), () => iterator.next());
await withAsync(transaction(db), async (tx) => { await tx.query('SELECT 1'); });
export {};
