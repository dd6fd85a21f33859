import { asyncContextManager } from 'withal';

export const m = asyncContextManager(async function* m(on: boolean) { // !yields-once
  if (on) {
    yield 1;
  }
});
export {};
