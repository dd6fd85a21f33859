import { asyncContextManager } from 'withal';
export const lock = asyncContextManager(async function* lock(names: string[], tryLock: (n: string) => Promise<boolean>) { // !yields-once
  outer: for (const name of names) {
    for (let i = 0; i < 3; i++) {
      if (await tryLock(name)) {
        yield name;
        break outer;
      }
      await sleep(10);
      continue outer;
    }
  }
});
