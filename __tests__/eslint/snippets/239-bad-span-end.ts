import { contextManager } from 'withal';

declare const tracer: { startSpan(name: string): { end(): void } };
export const m = contextManager(function* m(name: string) {
  const span = tracer.startSpan(name);
  yield span;
  span.end(); // !protect-teardown
});
export {};
