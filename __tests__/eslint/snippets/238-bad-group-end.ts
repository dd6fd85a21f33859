import { contextManager } from 'withal';

export const m = contextManager(function* m(title: string) {
  console.group(title);
  yield;
  console.groupEnd(); // !protect-teardown
});
export {};
