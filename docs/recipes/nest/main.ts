import { closing, enter, scopeAsync } from 'withal';
import { shop } from '../shop.ts';
import { makeApp } from './app.ts';

await scopeAsync(async function* main() {
  const store = yield* enter(shop());
  const app = yield* enter(closing(await makeApp(store)));
  await app.listen(0);
  for (const path of ['tea', 'cups', 'tea', 'milk/and-go-home']) {
    const url = `${await app.getUrl()}/orders/${path}`;
    const response = await fetch(url, { method: 'POST', redirect: 'manual' });
    console.log(
      `${path} ${String(response.status)} ${await response.text()}`.trimEnd(),
    );
  }
  console.log(`stored: ${(await store.stored()).join(', ')}`);
});
