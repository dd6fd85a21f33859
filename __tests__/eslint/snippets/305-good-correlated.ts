import { contextManager } from 'withal';

export const m = contextManager(function* m(on: boolean) {
  if (on) yield 1;
  log('between');
  if (!on) yield 2;
});
export {};
