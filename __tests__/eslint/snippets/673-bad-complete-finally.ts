import { AsyncExitStack, closing } from 'withal';
export async function f(url: string) {
  await using stack = new AsyncExitStack();
  try {
    const pool = await stack.enterContext(closing(makePool(url), (p) => p.end()));
    stack.complete(); // !complete-last
    return await pool.connect();
  } finally {
    log('x');
  }
}
export async function g(urls: string[]) {
  for (const url of urls) {
    await using stack = new AsyncExitStack();
    const pool = await stack.enterContext(closing(makePool(url), (p) => p.end()));
    await pool.connect();
    stack.complete();
  }
}
export async function h(url: string) {
  await using stack = new AsyncExitStack();
  const pool = await stack.enterContext(closing(makePool(url), (p) => p.end()));
  stack.complete(); // !complete-last
  if (url) throw new Error('x');
  return pool;
}
