import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createAdaptorServer } from '@hono/node-server';
import { enter, scopeAsync } from 'withal';
import { shop } from '../shop.ts';
import { makeApp } from './app.ts';

await scopeAsync(async function* main() {
  const store = yield* enter(shop());
  const server = createAdaptorServer(makeApp(store)).listen(0);
  await once(server, 'listening');
  try {
    const url = `http://localhost:${String((server.address() as AddressInfo).port)}`;
    for (const path of ['tea', 'cups', 'tea', 'milk/and-go-home']) {
      const response = await fetch(`${url}/orders/${path}`, {
        method: 'POST',
        redirect: 'manual',
      });
      console.log(
        `${path} ${String(response.status)} ${await response.text()}`.trimEnd(),
      );
    }
    console.log(`stored: ${(await store.stored()).join(', ')}`);
  } finally {
    server.close();
  }
});
