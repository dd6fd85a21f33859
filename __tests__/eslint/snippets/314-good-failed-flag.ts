import { contextManager } from 'withal';

export const m = contextManager(function* m() {
  let failed = false;
  let reason: unknown;
  try {
    yield;
  } catch (error) {
    failed = true;
    reason = error;
  }
  if (failed) throw new Error('failed', { cause: reason });
});
export {};
