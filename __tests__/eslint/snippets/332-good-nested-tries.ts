import { asyncContextManager } from 'withal';

export const m = asyncContextManager(async function* m(a: string, b: string) {
  const first = await openFile(a);
  try {
    const second = await openFile(b);
    try {
      yield { first, second };
    } finally {
      await second.close();
    }
  } finally {
    await first.close();
  }
});
export {};
