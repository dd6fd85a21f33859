import { asyncContextManager, withAsync } from 'withal';
const transaction = asyncContextManager(async function* transaction(db: Client) { yield db; });

declare const db: Client;
declare const app: { use(f: (c: unknown, next: () => Promise<void>) => Promise<void>): void };
app.use(async (c, next) => withAsync(transaction(db), () => next())); // !rethrow-next
app.use(async (_c, next) => withAsync(transaction(db), next)); // !rethrow-next
app.use(async (_c, next) => {
  await withAsync(transaction(db), async () => { await next(); }); // !rethrow-next
});
export {};
