import { asyncContextManager, withAsync } from 'withal';
const db = asyncContextManager(async function* db(pool: Pool) {
  const c = await pool.connect();
  try { yield c; } finally { c.release(); }
});
export async function handler(pool: Pool, ids: string[]) {
  return withAsync(db(pool), async (client) => {
    ids.forEach(async (id) => { // !settle-in-body
      await client.query('DELETE', [id]);
    });
    ids.map(async (id) => client.query('x', [id])); // !settle-in-body
    setTimeout(() => client.query('later'), 10); // !settle-in-body
    client.query('audit').catch(log); // !settle-in-body
    if (ids.length > 3) void client.query('many'); // !settle-in-body
    process.nextTick(async () => { await client.query('x'); }); // !settle-in-body
    return ids.length;
  });
}
