import { asyncContextManager, contextManager } from 'withal';
export const translated = asyncContextManager(async function* translated(c: Client) {
  try {
    yield c;
  } catch (cause) {
    if ((cause as { code?: string }).code === '23505') throw new Error('duplicate', { cause });
    throw cause;
  }
});
export const ignoring = contextManager(function* ignoring() {
  try { yield; } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return null;
  }
  return null;
});
export const counted = contextManager(function* counted(stats: { failed: number; ok: number }) {
  try {
    yield stats;
    stats.ok += 1;
  } catch (error) {
    stats.failed += 1;
    throw error;
  }
});
export const gathered = contextManager(function* gathered(errors: unknown[]) {
  try { yield; } catch (error) { errors.push(error); }
});
