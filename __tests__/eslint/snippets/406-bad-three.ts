import { asyncContextManager } from 'withal';

export const m = asyncContextManager(async function* m(a: string, b: string, c: string) {
  const first = await openFile(a);
  const second = await openFile(b); // !no-leaky-setup
  const third = await openFile(c); // !no-leaky-setup
  try {
    yield [first, second, third];
  } finally {
    await third.close();
    await second.close();
    await first.close();
  }
});
export {};
