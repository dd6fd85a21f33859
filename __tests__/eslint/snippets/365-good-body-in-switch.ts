import { contextManager } from 'withal';

export const m = contextManager(function* m(kind: 'a' | 'b' | 'c') {
  switch (kind) {
    case 'a':
    case 'b':
      yield 1;
      break;
    default:
      yield 2;
  }
});
export {};
