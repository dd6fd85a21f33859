import { asyncContextManager } from 'withal';
export const first = asyncContextManager(async function* first(urls: string[]) { // !yields-once
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
});
