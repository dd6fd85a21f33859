import { AsyncExitStack, timeout } from 'withal';

export async function f() {
  const stack = new AsyncExitStack(); // !finish-stacks
  await stack.enterContext(timeout(10));
  stack.complete();
}
export {};
