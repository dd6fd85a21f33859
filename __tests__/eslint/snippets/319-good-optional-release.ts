import { asyncContextManager } from 'withal';

export const m = asyncContextManager(async function* m(path: string) {
  let file: FileHandleLike | undefined;
  try {
    file = await openFile(path);
    yield file;
  } finally {
    await file?.close();
  }
});
export {};
