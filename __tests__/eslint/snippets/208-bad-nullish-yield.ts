import { contextManager } from 'withal';

export const m = contextManager(function* m(given: number | undefined) { // !yields-once
  const x: unknown = given ?? (yield 1);
  log(x);
});
export {};
