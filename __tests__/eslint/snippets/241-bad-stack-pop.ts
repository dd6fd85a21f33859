import { contextManager } from 'withal';

const scopes: string[] = [];
export const m = contextManager(function* m(name: string) {
  scopes.push(name);
  yield;
  scopes.pop(); // !protect-teardown
});
export {};
