import { contextManager } from 'withal';

export const m = contextManager(function* m() {
  try {
    yield 1;
  } catch {
    yield 2; // !yields-once
  }
});
export {};
