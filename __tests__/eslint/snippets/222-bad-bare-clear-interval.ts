import { contextManager } from 'withal';

export const m = contextManager(function* m(tick: () => void) {
  const timer = setInterval(tick, 1000);
  yield timer;
  clearInterval(timer); // !protect-teardown
});
export {};
