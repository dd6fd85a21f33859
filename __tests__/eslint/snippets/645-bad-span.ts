import { contextManager } from 'withal';
declare const tracer: { startSpan(n: string): { setTag(k: string, v: unknown): void; finish(): void; end(): void } };
export const span = contextManager(function* span(name: string) {
  const s = tracer.startSpan(name);
  s.setTag('kind', 'block');
  yield s;
  s.finish(); // !protect-teardown
});
