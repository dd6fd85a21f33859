import { asyncContextManager } from 'withal';

export const m = asyncContextManager(async function* m(paths: string[]) {
  const files: FileHandleLike[] = [];
  for (const path of paths) {
    files.push(await openFile(path)); // !no-leaky-setup
  }
  try {
    yield files;
  } finally {
    for (const file of files) await file.close();
  }
});
export {};
