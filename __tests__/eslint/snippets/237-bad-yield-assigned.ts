import { asyncContextManager } from 'withal';

export const m = asyncContextManager(async function* m(path: string) {
  const file = await openFile(path);
  const nothing: unknown = yield file;
  await file.close(); // !protect-teardown
  log(nothing);
});
export {};
