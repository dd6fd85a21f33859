import { asyncContextManager } from 'withal';

export const m = asyncContextManager(async function* m(pool: Pool) {
  while (true) {
    yield pool; // !yields-once
  }
});
export {};
