import { asyncContextManager } from 'withal';

export const m = asyncContextManager(async function* m(paths: string[]) {
  const files = await Promise.all(paths.map(openFile));
  yield files;
  await Promise.all(files.map((file) => file.close())); // !protect-teardown
});
export {};
