import { AsyncLocalStorage } from 'node:async_hooks';
import { afterEach } from '@jest/globals';

const made: AsyncLocalStorage<unknown>[] = [];

// Node 20 calls each storage that was ever used for each promise, in all test files that follow.
afterEach(() => {
  for (const storage of made) storage.disable();
});

/** An `AsyncLocalStorage` that is disabled after each test. */
export function asyncLocalStorage<T>(): AsyncLocalStorage<T> {
  const storage = new AsyncLocalStorage<T>();
  made.push(storage);
  return storage;
}
