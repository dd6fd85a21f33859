import { asyncContextManager } from 'withal';

export const m = asyncContextManager(async function* m(options: { signal?: AbortSignal } = {}) {
  const { signal = new AbortController().signal } = options;
  yield signal;
});
export {};
