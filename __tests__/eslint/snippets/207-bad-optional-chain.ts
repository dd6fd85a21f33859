import { contextManager } from 'withal';

export const m = contextManager(function* m(log?: { push(x: unknown): void }) { // !yields-once
  log?.push(yield 1);
});
export {};
