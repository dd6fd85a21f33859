import { asyncContextManager } from 'withal';

export const m = asyncContextManager(async function* m(folder: string) {
  const before = process.cwd();
  process.chdir(folder);
  const config = await openFile('config'); // !no-leaky-setup
  try {
    yield config;
  } finally {
    await config.close();
    process.chdir(before);
  }
});
export {};
