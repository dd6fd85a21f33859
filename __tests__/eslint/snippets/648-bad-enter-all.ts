import { asyncContextManager, closing, enter } from 'withal';
export const both = asyncContextManager(async function* both(a: Pool, b: Pool) {
  const [x, y] = await Promise.all([enter(closing(a, (p) => p.end())), enter(closing(b, (p) => p.end()))]); // !enter-with-star
  yield { x, y };
});
export const list = asyncContextManager(async function* list(pools: Pool[]) {
  const all = await Promise.all(pools.map((p) => enter(closing(p, (p) => p.end())))); // !enter-with-star
  yield all;
});
