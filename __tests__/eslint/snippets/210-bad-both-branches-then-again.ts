import { asyncContextManager } from 'withal';

export const m = asyncContextManager(async function* m(on: boolean) {
  if (on) yield 1;
  yield 2; // !yields-once
});
export {};
