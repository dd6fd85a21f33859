import { asyncContextManager } from 'withal';

export const m = asyncContextManager(async function* m(candidates: Pool[]) {
  for (const candidate of candidates) {
    const client = await candidate.connect().catch(() => undefined);
    if (client) {
      try {
        yield client;
        return;
      } finally {
        client.release();
      }
    }
  }
  throw new Error('none');
});
export {};
