import { contextManager, asyncContextManager } from 'withal';
declare const store: { subscribe(f: () => void): () => void };
declare const mutex: { acquire(): Promise<() => void>; runExclusive(f: () => void): void };
export const watching = contextManager(function* watching(f: () => void) {
  const unsubscribe = store.subscribe(f);
  yield;
  unsubscribe(); // !protect-teardown
});
export const locked = asyncContextManager(async function* locked() {
  const release = await mutex.acquire();
  yield;
  release(); // !protect-teardown
});
