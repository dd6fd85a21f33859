import { asyncContextManager } from 'withal';

import { mkdtemp, rm } from 'node:fs/promises';
export const m = asyncContextManager(async function* m() {
  const folder = await mkdtemp('x-');
  yield folder;
  await rm(folder, { recursive: true }); // !protect-teardown
});
export {};
