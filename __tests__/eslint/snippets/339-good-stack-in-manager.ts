import { asyncContextManager, AsyncExitStack } from 'withal';

export const m = asyncContextManager(async function* m(paths: string[]) {
  await using stack = new AsyncExitStack();
  for (const path of paths) {
    const file = await openFile(path);
    stack.defer(() => file.close());
  }
  yield paths;
});
export {};
