import { asyncContextManager, withAsync } from 'withal';
const tx = asyncContextManager(async function* tx(c: Client) { yield c; });
export const f = (c: Client) => withAsync(tx(c), async (t) => {
  const later = async () => { await t.query('x'); };
  later(); // !settle-in-body
  (async () => { await t.query('x'); })(); // !settle-in-body
  [1, 2].map(async (n) => t.query('x', [n])); // !settle-in-body
  Promise.resolve().then(() => t.query('y')); // !settle-in-body
  return t.query('z');
});
