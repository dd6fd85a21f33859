import { asyncContextManager, AsyncExitStack } from 'withal';
const db = asyncContextManager(async function* db(p: Pool) { const c = await p.connect(); try { yield c; } finally { c.release(); } });
export async function f(p: Pool) {
  // @ts-expect-error no disposable
  await using c = db(p); // !no-floating-managers
  const stack = new AsyncExitStack(); // !finish-stacks
  await stack.enterContext(db(p));
}
