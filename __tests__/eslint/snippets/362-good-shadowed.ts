import { asyncContextManager, withAsync, nullContext } from 'withal';

export function f(withAsync: (x: unknown, f: unknown) => void) {
  withAsync(1, () => {});
}
await withAsync(nullContext(), () => 1);
export function g(asyncContextManager: (f: unknown) => unknown) {
  return asyncContextManager(function* () { yield 1; yield 2; });
}
export {};
