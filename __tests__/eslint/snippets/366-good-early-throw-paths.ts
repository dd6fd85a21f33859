import { asyncContextManager } from 'withal';

export const m = asyncContextManager(async function* m(options: { url?: string; pool?: Pool }) {
  const { url, pool } = options;
  if (pool) {
    yield pool;
    return;
  }
  if (!url) throw new TypeError('url');
  const own = makePool(url);
  try {
    yield own;
  } finally {
    await own.end();
  }
});
export {};
