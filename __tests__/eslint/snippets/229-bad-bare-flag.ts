import { contextManager } from 'withal';

export const m = contextManager(function* m(state: { busy: boolean }) {
  state.busy = true;
  yield state;
  state.busy = false; // !protect-teardown
});
export {};
