import { asyncContextManager, AsyncExitStack } from 'withal';
declare function openThing(): Promise<AsyncDisposable & { run(): Promise<void> }>;
export const thing = asyncContextManager(async function* thing() {
  await using t = await openThing();
  await t.run();
  yield t;
});
export const stacked = asyncContextManager(async function* stacked(pool: Pool) {
  await using stack = new AsyncExitStack();
  const c = await pool.connect();
  stack.defer(() => c.release());
  await c.query('BEGIN');
  yield c;
});
