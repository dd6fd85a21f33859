import { contextManager } from 'withal';

export const m = contextManager(function* m(folder: string) {
  const before = process.cwd();
  process.chdir(folder);
  yield;
  process.chdir(before); // !protect-teardown
});
export {};
