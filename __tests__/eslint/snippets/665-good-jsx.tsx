import { asyncContextManager, withAsync } from 'withal';
declare const React: { createElement(...a: unknown[]): object };
declare namespace JSX { interface IntrinsicElements { [k: string]: unknown } type Element = object }
const db = asyncContextManager(async function* db(pool: Pool) {
  const c = await pool.connect();
  try { yield c; } finally { c.release(); }
});
export async function Page<T,>({ pool, ids }: { pool: Pool; ids: T[] }) {
  const rows = await withAsync(db(pool), async (c) => (await c.query('x')).rows);
  return (
    <ul onClick={() => withAsync(db(pool), (c) => c.query('click'))}>
      {ids.map((id) => <li key={String(id)} {...rows[0]}>{rows.length}</li>)}
    </ul>
  );
}
