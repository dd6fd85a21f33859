import { contextManager } from 'withal';

const stats = { active: 0 };
export const m = contextManager(function* m() {
  stats.active++;
  yield;
  stats.active--; // !protect-teardown
});
export {};
