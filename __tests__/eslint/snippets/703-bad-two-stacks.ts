import { AsyncExitStack, ExitStack, closing } from 'withal';
export async function f(p: Pool) {
  await using outer = new AsyncExitStack();
  await using inner = new AsyncExitStack(); // !finish-stacks
  const a = await outer.enterContext(closing(p, (p) => p.end()));
  await inner.enterContext(closing(await a.connect(), (c) => c.release()));
  outer.complete();
}
export function g(x: { close(): void }) {
  using stack = new ExitStack();
  stack.enterContext(closing(x));
  try { log(x); } finally { stack.complete(); }
}
