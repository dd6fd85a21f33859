import { asyncContextManager } from 'withal';

export const m = asyncContextManager(async function* m(path: string, check: (f: FileHandleLike) => Promise<boolean>) {
  const file = await openFile(path);
  try {
    if (!(await check(file))) throw new Error('bad');
  } catch (error) {
    await file.close();
    throw error;
  }
  try {
    yield file;
  } finally {
    await file.close();
  }
});
export {};
