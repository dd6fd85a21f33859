import { asyncContextManager, withAsync } from 'withal';
declare const React: { createElement(...a: unknown[]): object };
declare namespace JSX { interface IntrinsicElements { [k: string]: unknown } type Element = object }
const db = asyncContextManager(async function* db(pool: Pool) {
  const c = await pool.connect();
  yield c;
  c.release(); // !protect-teardown
});
export function Page({ pool }: { pool: Pool }) {
  return <button onClick={() => { withAsync(db(pool), (c) => { void c.query('x'); }); }} />; // !await-blocks !settle-in-body
}
