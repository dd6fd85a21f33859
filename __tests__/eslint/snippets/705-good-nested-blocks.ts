import { asyncContextManager, withAsync, withSync, contextManager } from 'withal';
const a = asyncContextManager(async function* a(p: Pool) { const c = await p.connect(); try { yield c; } finally { c.release(); } });
const quiet = contextManager(function* quiet() { const before = console.warn; console.warn = () => {}; try { yield; } finally { console.warn = before; } });
export const f = (p: Pool) => withAsync(a(p), (c) => withSync(quiet(), () => c.query('x')));
export async function g(p: Pool): Promise<number> {
  const rows = await withAsync(a(p), async (one) => withAsync(a(p), async (two) => {
    const [x, y] = await Promise.all([one.query('1'), two.query('2')]);
    return [...x.rows, ...y.rows];
  }));
  return rows.length;
}
