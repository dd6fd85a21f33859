import { contextManager } from 'withal';

export const m = contextManager(function* m(reject: (e: unknown) => void) {
  try {
    yield;
  } catch (error) {
    reject(error);
  }
});
export {};
