import { contextManager } from 'withal';

export const m = contextManager(function* m(on: boolean) {
  if (on) {
    yield 1;
  } else {
    yield 2;
  }
});
export {};
