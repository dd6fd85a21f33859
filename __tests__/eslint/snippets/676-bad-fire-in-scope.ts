import { closing, enter, scopeAsync } from 'withal';
await scopeAsync(async function* main() {
  const pool = yield* enter(closing(makePool('x'), (p) => p.end()));
  const c = await pool.connect();
  c.query('x'); // !settle-in-body
  void c.query('x'); // !settle-in-body
  setInterval(() => { void pool.connect(); }, 10); // !settle-in-body
  try { await c.query('y'); } finally { c.release(); } 
});
