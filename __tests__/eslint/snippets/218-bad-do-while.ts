import { contextManager } from 'withal';

export const m = contextManager(function* m(n: number) {
  do {
    yield n; // !yields-once
  } while (n-- > 0);
});
export {};
