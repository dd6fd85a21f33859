import { asyncContextManager } from 'withal';

declare function mkdir(path: string): Promise<void>; declare function rmdir(path: string): Promise<void>;
export const m = asyncContextManager(async function* m(path: string) {
  for (;;) {
    try {
      await mkdir(path);
      break;
    } catch {
      await sleep(10);
    }
  }
  try {
    yield;
  } finally {
    await rmdir(path);
  }
});
export {};
