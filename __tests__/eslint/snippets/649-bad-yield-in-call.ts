import { contextManager } from 'withal';
export const m = contextManager(function* m(f: (x: unknown) => void, on: boolean) { // !yields-once
  on && f(yield 1);
});
export const n = contextManager(function* n(f: (x: unknown, y: unknown) => void) {
  f(yield 1, yield 2); // !yields-once
});
