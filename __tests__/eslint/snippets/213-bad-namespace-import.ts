import * as withal from 'withal';
export const m = withal.contextManager(function* m(on: boolean) { // !yields-once
  if (on) yield 1;
});
export {};
