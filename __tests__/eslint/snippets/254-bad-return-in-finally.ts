import { contextManager } from 'withal';

export const m = contextManager(function* m() {
  try {
    yield;
  } finally {
    return; // !no-silent-swallow
  }
});
export {};
