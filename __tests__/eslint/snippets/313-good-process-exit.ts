import { contextManager } from 'withal';

export const m = contextManager(function* m(on: boolean) {
  if (!on) process.exit(1);
  yield 1;
});
export {};
