import { asyncContextManager } from 'withal';
export const m = asyncContextManager(async function* m(p: Pool) {
  const c = await p.connect();
  try {
    try { yield c; }
    catch (e) { if ((e as Error).name === 'AbortError') return; throw e; } // !no-silent-swallow
  } finally { c.release(); }
});
export const n = asyncContextManager(async function* n(p: Pool) {
  let failed = false;
  const c = await p.connect();
  try { yield c; } catch { failed = true; } // !no-silent-swallow
  finally { c.release(); }
  log(failed);
});
