import { asyncContextManager, closing, enter, AsyncExitStack } from 'withal';
const tx = asyncContextManager(async function* tx(c: Client) { await c.query('BEGIN'); try { yield c; await c.query('COMMIT'); } catch (e) { await c.query('ROLLBACK'); throw e; } });
export const a = asyncContextManager(async function* a(p: Pool) {
  const c = yield* enter(closing(await p.connect(), (c) => c.release()));
  yield yield* enter(tx(c));
});
export const b = asyncContextManager(async function* b(p: Pool) {
  const stack = new AsyncExitStack();
  try {
    const c = await stack.enterContext(closing(await p.connect(), (c) => c.release()));
    yield c;
  } catch (error) {
    await stack.exitAsync({ error });
    throw error;
  }
  await stack.exitAsync();
});
export const d = asyncContextManager(async function* d(p: Pool) {
  const t = yield* enter(tx(await p.connect()));
  const file = await openFile('log');
  try { yield { t, file }; } finally { await file.close(); }
});
