import { AsyncExitStack, timeout } from 'withal';

export async function f() {
  await using stack = new AsyncExitStack(); // !finish-stacks
  stack.push(timeout(10));
  await sleep(1);
}
export {};
