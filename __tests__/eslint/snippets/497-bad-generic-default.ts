import { asyncContextManager } from 'withal';

export const m = asyncContextManager(async function* m<T>(value: T, times = 1, label = 'x') { // !annotate-defaults
  log(times, label);
  yield value;
});
export {};
