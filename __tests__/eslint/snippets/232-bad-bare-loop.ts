import { asyncContextManager } from 'withal';

export const m = asyncContextManager(async function* m(paths: string[]) {
  const files = await Promise.all(paths.map(openFile));
  yield files;
  for (const file of files) await file.close(); // !protect-teardown
});
export {};
