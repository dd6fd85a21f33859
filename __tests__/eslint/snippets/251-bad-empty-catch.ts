import { contextManager } from 'withal';

export const m = contextManager(function* m() {
  try {
    yield;
  } catch {} // !no-silent-swallow
});
export {};
