import { contextManager } from 'withal';

export const m = contextManager(function* m(report: (ms: number) => void) {
  const start = performance.now();
  yield;
  report(performance.now() - start);
});
export {};
