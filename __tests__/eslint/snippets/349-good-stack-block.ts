import { AsyncExitStack, timeout, withAsync } from 'withal';

await withAsync(new AsyncExitStack(), async (stack) => {
  await stack.enterContext(timeout(1));
  await sleep(1);
});
export async function f(register: (s: AsyncExitStack) => void) {
  const stack = new AsyncExitStack();
  register(stack);
}
export {};
