import { contextManager } from 'withal';

export const m = contextManager(function* m(name: string, value: string) {
  process.env[name] = value;
  yield;
  delete process.env[name]; // !protect-teardown
});
export {};
