import { contextManager } from 'withal';

export const m = contextManager(function* m(target: EventTarget, listener: () => void) {
  target.addEventListener('x', listener);
  yield;
  target.removeEventListener('x', listener); // !protect-teardown
});
export {};
