import { contextManager } from 'withal';

export const m = contextManager(function* m() {
  let failed = false;
  try {
    yield;
  } catch {
    failed = true;
  }
  if (failed) throw new Error('failed');
});
export {};
