import { asyncContextManager, withAsync } from 'withal';
export const run = (p: Pool) => withAsync(client(p), work);
const client = asyncContextManager(connect);
async function* connect(p: Pool) {
  const c = await p.connect();
  try { yield c; } finally { c.release(); }
}
async function work(c: Client) {
  const pending = c.query('a');
  const done = await pending;
  await c.query('b').then(log, log);
  return done;
}
