import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { closing, enter, scopeAsync } from 'withal';
import { makeApp } from './app.ts';
import { store } from './store.ts';

await scopeAsync(async function* main() {
  const orders = yield* enter(store());
  const server = yield* enter(closing(makeApp(orders).listen(0)));
  await once(server, 'listening');
  const url = `http://localhost:${String((server.address() as AddressInfo).port)}`;
  for (const path of [
    'orders/tea',
    'orders/cups',
    'orders/tea',
    'checked/cups',
    'checked/milk',
  ]) {
    const response = await fetch(`${url}/${path}`, {
      method: 'POST',
      headers: { connection: 'close' },
    });
    console.log(`${path} ${String(response.status)} ${await response.text()}`);
  }
  const response = await fetch(`${url}/orders`, { headers: { connection: 'close' } });
  console.log(`orders ${String(response.status)}`);
  console.log((await response.text()).trimEnd());
});
