import { asyncContextManager, closing, enter } from 'withal';

export const m = asyncContextManager(async function* m(a: string, b: string) {
  const first = await openFile(a);
  const second = await openFile(b); // !no-leaky-setup
  yield* enter(closing(first));
  yield* enter(closing(second));
  yield { first, second };
});
export {};
