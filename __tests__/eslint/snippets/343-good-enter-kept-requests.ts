import { asyncContextManager, enter, nullContext } from 'withal';

export const m = asyncContextManager(async function* m(n: number) {
  const request = enter(nullContext(n));
  const value = yield* request;
  const requests = [1, 2].map((x) => enter(nullContext(x)));
  for (const one of requests) yield* one;
  yield value;
});
export {};
