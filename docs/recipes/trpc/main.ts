import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createTRPCClient, httpLink, TRPCClientError } from '@trpc/client';
import { createHTTPServer } from '@trpc/server/adapters/standalone';
import { enter, scopeAsync } from 'withal';
import { shop } from '../shop.ts';
import { router, type Router } from './router.ts';

await scopeAsync(async function* main() {
  const store = yield* enter(shop());
  const server = createHTTPServer({
    router,
    createContext: () => ({ shop: store }),
  }).listen(0);
  yield* enter(server); // an AsyncDisposable, which closes the server
  await once(server, 'listening');
  const url = `http://localhost:${String((server.address() as AddressInfo).port)}`;
  const client = createTRPCClient<Router>({ links: [httpLink({ url })] });

  await show('tea', client.order.mutate('tea'));
  await show('cups', client.order.mutate('cups'));
  await show('tea', client.order.mutate('tea'));
  await show('milk', client.orderAndGo.mutate('milk'));
  console.log(`stored: ${(await store.stored()).join(', ')}`);
});

async function show(item: string, answer: Promise<unknown>): Promise<void> {
  try {
    console.log(`${item}: ordered ${String(await answer)}`);
  } catch (error) {
    const { data, message } = error as TRPCClientError<Router>;
    console.log(`${item}: ${String(data?.httpStatus)} ${message}`);
  }
}
