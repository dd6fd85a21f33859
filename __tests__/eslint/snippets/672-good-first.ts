import { asyncContextManager } from 'withal';
export const first = asyncContextManager(async function* first(urls: string[]) {
  for (const url of urls) {
    const f = await openFile(url).catch(() => undefined);
    if (!f) continue;
    try {
      yield f;
      return;
    } finally {
      await f.close();
    }
  }
  throw new Error('none opened');
});
export const either = asyncContextManager(async function* either(urls: string[]) {
  const errors: unknown[] = [];
  for (const url of urls) {
    let f;
    try { f = await openFile(url); } catch (error) { errors.push(error); continue; }
    try { return yield f; } finally { await f.close(); }
  }
  throw new AggregateError(errors);
});
