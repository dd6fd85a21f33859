import { asyncContextManager, withAsync } from 'withal';
const client = asyncContextManager(async function* client(p: Pool) { const c = await p.connect(); try { yield c; } finally { c.release(); } });
export const run = (p: Pool) => withAsync(client(p), work);
async function work(c: Client) {
  c.query('a'); // !settle-in-body
  void c.query('b'); // !settle-in-body
  return await c.query('c');
}
