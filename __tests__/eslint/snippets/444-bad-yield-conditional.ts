import { asyncContextManager, enter, nullContext } from 'withal';

export const m = asyncContextManager(async function* m(on: boolean) {
  // @ts-ignore
  yield on ? enter(nullContext(1)) : enter(nullContext(2)); // !enter-with-star
  yield 1;
});
export {};
