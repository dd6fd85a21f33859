import { asyncContextManager, withAsync } from 'withal';
const transaction = asyncContextManager(async function* transaction(db: Client) { yield db; });

declare const db: Client;
declare const t: { procedure: { use(f: (opts: { ctx: object; next: (o?: object) => Promise<{ ok: boolean }> }) => Promise<unknown>): void } };
t.procedure.use(({ next }) => withAsync(transaction(db), (tx) => next({ ctx: { tx } }))); // !rethrow-next
t.procedure.use((opts) => withAsync(transaction(db), () => opts.next())); // !rethrow-next
export {};
