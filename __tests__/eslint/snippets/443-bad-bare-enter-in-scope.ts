import { enter, scopeAsync, timeout } from 'withal';

await scopeAsync(async function* () {
  enter(timeout(10)); // !enter-with-star
  await sleep(1);
});
export {};
