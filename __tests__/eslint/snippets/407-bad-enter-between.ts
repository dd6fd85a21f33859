import { asyncContextManager, enter, timeout } from 'withal';

export const m = asyncContextManager(async function* m(path: string) {
  const file = await openFile(path);
  const signal = yield* enter(timeout(1000)); // !no-leaky-setup
  try {
    yield { file, signal };
  } finally {
    await file.close(); // !exit-in-order
  }
});
export {};
