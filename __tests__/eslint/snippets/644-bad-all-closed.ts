import { asyncContextManager } from 'withal';
export const two = asyncContextManager(async function* two(a: Pool, b: Pool) {
  const [x, y] = await Promise.all([a.connect(), b.connect()]);
  yield { x, y };
  await Promise.all([x.end(), y.end()]); // !protect-teardown
});
export const many = asyncContextManager(async function* many(pools: Pool[]) {
  const clients = await Promise.all(pools.map((p) => p.connect()));
  yield clients;
  for (const client of clients) client.release(); // !protect-teardown
});
