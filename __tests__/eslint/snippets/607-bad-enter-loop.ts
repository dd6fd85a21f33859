import { closing, enter, scopeAsync } from 'withal';
export const all = (urls: string[]) => scopeAsync(async function* () {
  const pools: Pool[] = [];
  for (const url of urls) pools.push((yield enter(closing(makePool(url), (p) => p.end()))) as never); // !enter-with-star
  for await (const url of urls) {
    enter(closing(makePool(url), (p) => p.end())); // !enter-with-star
  }
  return pools.length;
});
