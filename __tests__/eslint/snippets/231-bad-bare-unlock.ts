import { asyncContextManager } from 'withal';

export const m = asyncContextManager(async function* m(mutex: { lock(): Promise<void>; unlock(): void }) {
  await mutex.lock();
  yield;
  mutex.unlock(); // !protect-teardown
});
export {};
