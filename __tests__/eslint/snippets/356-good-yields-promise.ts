import { asyncContextManager } from 'withal';

export const m = asyncContextManager(async function* m(load: () => Promise<number>) {
  yield load();
});
export {};
