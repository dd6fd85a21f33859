import { asyncContextManager, closing, enter } from 'withal';

export const m = asyncContextManager(async function* m(url: string) {
  const pool: any = enter(closing(makePool(url), (p) => p.end())); // !enter-with-star
  yield await pool.connect();
});
export {};
