import { asyncContextManager, contextManager } from 'withal';
export const progress = contextManager(function* progress(bar: { update(n: number): void }, state: { done: number }) {
  yield bar;
  bar.update(100);
  state.done += 1;
});
export const publish = asyncContextManager(async function* publish(f: FileHandleLike, bus: { emit(e: string): void; send(x: string): Promise<void> }) {
  yield f;
  await f.sync();
  bus.emit('written');
  await bus.send(f.path);
});
export const checked = asyncContextManager(async function* checked(c: Client) {
  const before = (await c.query('SELECT count(*)')).rows[0].count;
  yield c;
  const after = (await c.query('SELECT count(*)')).rows[0].count;
  if (after < before) throw new Error('rows were lost');
});
export const cleared = contextManager(function* cleared(cache: Map<string, string>) {
  yield cache;
  cache.clear();
});
