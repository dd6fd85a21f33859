import { contextManager, ExitStack } from 'withal';

const m = contextManager(function* m() { yield 1; });
export function f() {
  using stack = new ExitStack(); // !finish-stacks
  log(stack.enterContext(m()));
}
export {};
