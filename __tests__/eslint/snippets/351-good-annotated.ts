import { asyncContextManager } from 'withal';

export const m = asyncContextManager(async function* m(retries: number = 3, { url = 'x' }: { url?: string } = {}) {
  log(retries, url);
  yield 1;
});
async function* declared(retries = 3) { yield retries; }
export const d = asyncContextManager(declared);
export {};
