import { asyncContextManager, withAsync } from 'withal';
const tx = asyncContextManager(async function* tx(c: Client) {
  await c.query('BEGIN');
  try { yield c; await c.query('COMMIT'); } catch (e) { await c.query('ROLLBACK'); throw e; }
});
export async function importAll(c: Client, files: string[]) {
  for (const file of files) {
    withAsync(tx(c), async (t) => { await t.query(file); }); // !await-blocks
  }
  for (const file of files) await withAsync(tx(c), (t) => t.query(file));
  await Promise.all(files.map((f) => withAsync(tx(c), (t) => t.query(f))));
  files.forEach((f) => { withAsync(tx(c), (t) => t.query(f)); }); // !await-blocks
  return withAsync(tx(c), async (t) => { for (const f of files) t.query(f); }); // !settle-in-body
}
