import { asyncContextManager } from 'withal';

export const m = asyncContextManager(async function* m(a: string, b: string) {
  const first = await openFile(a);
  const second = await openFile(b);
  yield [first, second];
  await second.close(); // !protect-teardown
  await first.close(); // !protect-teardown
});
export {};
