import { asyncContextManager, closing, enter } from 'withal';

export const m = asyncContextManager(async function* m(pools: Pool[]) {
  pools.forEach((pool) => enter(closing(pool, (p) => p.end()))); // !enter-with-star
  yield pools;
});
export {};
