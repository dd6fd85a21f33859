import { AsyncExitStack, closing, withAsync } from 'withal';
export async function open(urls: string[]) {
  await using stack = new AsyncExitStack();
  const pools: Pool[] = [];
  for (const url of urls) pools.push(await stack.enterContext(closing(makePool(url), (p) => p.end())));
  const owned = stack.move();
  return { pools, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}
export async function twoPhase(url: string) {
  const stack = new AsyncExitStack();
  try {
    const pool = await stack.enterContext(closing(makePool(url), (p) => p.end()));
    await pool.connect();
  } catch (error) {
    await stack.exitAsync({ error });
    throw error;
  }
  await stack.exitAsync();
}
export const entered = (url: string) => withAsync(new AsyncExitStack(), async (stack) => {
  const pool = await stack.enterContext(closing(makePool(url), (p) => p.end()));
  stack.defer(() => log('bye'));
  return (await pool.connect()).query('x');
});
export async function completeReturn(url: string) {
  await using stack = new AsyncExitStack();
  const pool = await stack.enterContext(closing(makePool(url), (p) => p.end()));
  const rows = await (await pool.connect()).query('x');
  return stack.complete(rows);
}
