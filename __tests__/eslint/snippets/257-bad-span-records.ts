import { asyncContextManager } from 'withal';

declare const tracer: { startSpan(name: string): { end(): void; recordException(e: unknown): void; setStatus(x: object): void } };
export const m = asyncContextManager(async function* m(name: string) {
  const span = tracer.startSpan(name);
  try {
    yield span;
  } catch (error) { // !no-silent-swallow
    span.recordException(error);
    span.setStatus({ code: 2 });
  } finally {
    span.end();
  }
});
export {};
