import { contextManager } from 'withal';

export const m = contextManager(function* m(signal: AbortSignal) {
  try {
    yield signal;
  } catch (error) {
    if (error !== signal.reason) throw error;
    return undefined;
  }
  return undefined;
});
export {};
