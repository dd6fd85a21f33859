import { asyncContextManager } from 'withal';

declare function rm(a: string): Promise<void>; declare function mkdtemp(a: string): Promise<string>;
export const m = asyncContextManager(async function* m() {
  const folder = await mkdtemp('x');
  try {
    yield folder;
  } catch (error) {
    console.log(`kept: ${folder}`);
    throw error;
  }
  await rm(folder);
});
export {};
