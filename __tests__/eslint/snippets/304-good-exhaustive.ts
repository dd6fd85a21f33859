import { contextManager } from 'withal';

export const m = contextManager(function* m(kind: 'a' | 'b') {
  switch (kind) {
    case 'a':
      yield 1;
      break;
    case 'b':
      yield 2;
      break;
  }
});
export {};
