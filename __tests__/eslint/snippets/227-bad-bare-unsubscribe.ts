import { contextManager } from 'withal';

export const m = contextManager(function* m(store: { subscribe(f: () => void): () => void }) {
  const unsubscribe = store.subscribe(() => log('changed'));
  yield store;
  unsubscribe(); // !protect-teardown
});
export {};
