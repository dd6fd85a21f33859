import { asyncContextManager } from 'withal';
export const m = asyncContextManager(async function* m<T>(fallback: T, p: Pool) {
  const c = await p.connect();
  try {
    yield c;
    return fallback;
  } catch (error) {
    switch ((error as { code: string }).code) {
      case 'ENOENT':
      case 'ENOTDIR':
        return fallback;
      default:
        throw error;
    }
  } finally {
    c.release();
  }
});
export const wrap = asyncContextManager(async function* wrap(name: string) {
  try { yield name; } catch (cause) { return Promise.reject(new Error(name, { cause })); }
  return undefined;
});
