import { asyncContextManager, AsyncExitStack, ExitStack } from 'withal';
const db = asyncContextManager(async function* db(pool: Pool) {
  const c = await pool.connect();
  try { yield c; } finally { c.release(); }
});
export async function go(pools: Pool[]) {
  await using stack = new AsyncExitStack(); // !finish-stacks
  const clients: Client[] = [];
  for (const pool of pools) clients.push(await stack.enterContext(db(pool)));
  await clients[0]?.query('SELECT 1');
}
export async function early(pool: Pool, dry: boolean) {
  await using stack = new AsyncExitStack();
  const client = await stack.enterContext(db(pool));
  if (dry) {
    stack.complete(); // !complete-last
    await client.query('dry');
    return;
  }
  await client.query('INSERT');
  stack.complete();
}
export function leak() {
  const stack = new ExitStack(); // !finish-stacks
  stack.defer(() => log('x'));
}
