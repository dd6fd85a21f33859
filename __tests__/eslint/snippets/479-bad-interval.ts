import { closing, withAsync } from 'withal';

declare const file: FileHandleLike;
await withAsync(closing(file), async (f) => {
  setInterval(async () => { await f.write('tick'); }, 100); // !settle-in-body
  await sleep(1000);
});
export {};
