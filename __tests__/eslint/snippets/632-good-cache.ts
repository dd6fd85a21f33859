import { asyncContextManager } from 'withal';
export const cached = asyncContextManager(async function* cached(store: Map<string, unknown>, key: string) {
  const seen = store.has(key);
  yield store;
  if (!seen) store.set(key, 1);
  store.delete('dirty');
});
export const audit = asyncContextManager(async function* audit(c: Client) {
  const start = Date.now();
  yield;
  await c.query('INSERT INTO audit VALUES ($1)', [Date.now() - start]);
});
