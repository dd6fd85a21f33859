import * as w from 'withal';

export const m = w.asyncContextManager(async function* m() {
  w.enter(w.timeout(1)); // !enter-with-star
  yield 1;
});
export {};
