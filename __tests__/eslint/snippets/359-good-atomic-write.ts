import { asyncContextManager } from 'withal';

declare function rename(a: string, b: string): Promise<void>; declare function rm(a: string): Promise<void>;
export const m = asyncContextManager(async function* m(path: string) {
  const temporary = `${path}.tmp`;
  const file = await openFile(temporary);
  try {
    yield file;
    await file.sync();
  } catch (error) {
    await rm(temporary);
    throw error;
  } finally {
    await file.close();
  }
  await rename(temporary, path);
});
export {};
