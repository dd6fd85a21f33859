import { AsyncExitStack, timeout } from 'withal';

export async function f(stack: AsyncExitStack) {
  stack.enterContext(timeout(1)); // !await-blocks
}
export {};
