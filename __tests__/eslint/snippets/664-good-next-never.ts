import { asyncContextManager } from 'withal';
declare function notFound(): never; declare function redirect(to: string): never;
export const page = asyncContextManager(async function* page(user: string | undefined, pool: Pool | undefined) {
  if (!user) redirect('/login');
  if (!pool) return notFound();
  const c = await pool.connect();
  try { yield c; } finally { c.release(); }
});
