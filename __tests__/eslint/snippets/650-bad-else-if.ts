import { contextManager } from 'withal';
export const m = contextManager(function* m(kind: string) { // !yields-once
  if (kind === 'a') yield 1;
  else if (kind === 'b') yield 2;
  else log('neither');
});
