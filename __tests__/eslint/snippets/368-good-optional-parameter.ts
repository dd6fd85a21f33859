import { contextManager } from 'withal';

export const m = contextManager(function* m(onError?: (e: unknown) => void) {
  try {
    yield;
  } catch (error) {
    onError?.(error);
    throw error;
  }
});
export const n = contextManager(function* n(onError: (e: unknown) => void) {
  try {
    yield;
  } catch (error) {
    onError(error);
  }
});
export {};
