import { asyncContextManager, timeout, withAsync } from 'withal';
const connection = asyncContextManager(async function* connection(url: string) {
  const pool = makePool(url);
  try { yield pool; } finally { await pool.end(); }
});
const main = () => connection('main');
const slow = (ms: number) => timeout(ms);
main(); // !no-floating-managers
slow(10); // !no-floating-managers
const m = main(); // !no-floating-managers
export const run = () => { withAsync(main(), log); }; // !await-blocks
