import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createTRPCClient, httpLink } from '@trpc/client';
import { createHTTPServer } from '@trpc/server/adapters/standalone';
import { router, type Router } from '../../docs/recipes/trpc/router.ts';
import { shop, type Shop } from '../../docs/recipes/shop.ts';
import { AsyncExitStack, closing } from '../../lib/index.ts';
import { errorOf } from '../helpers/outcome.ts';

const shared = new AsyncExitStack();
let store: Shop;
let client: ReturnType<typeof createTRPCClient<Router>>;

beforeAll(async () => {
  store = await shared.enterContext(shop());
  const server = createHTTPServer({ router, createContext: () => ({ shop: store }) }).listen(0);
  await shared.enterContext(closing(server));
  await once(server, 'listening');
  const url = `http://localhost:${String((server.address() as AddressInfo).port)}`;
  client = createTRPCClient<Router>({ links: [httpLink({ url })] });
}, 60_000);

afterAll(() => shared.exitAsync());

const isStored = async (item: string) => (await store.stored()).includes(item);

describe('a transaction per call of tRPC', () => {
  it('commits a success, and responds with 500 if the commit fails', async () => {
    expect(await client.order.mutate('tea')).toBe('tea');
    expect(await isStored('tea')).toBe(true);
    const error = await errorOf(() => client.order.mutate('tea'));
    expect(error).toMatchObject({ data: { httpStatus: 500 }, message: expect.stringContaining('duplicate key') });
    expect((await store.stored()).filter((item) => item === 'tea')).toEqual(['tea']);
  });

  it('rolls back if the procedure throws', async () => {
    expect(await errorOf(() => client.order.mutate('cups'))).toMatchObject({ data: { httpStatus: 409 } });
    expect(await isStored('cups')).toBe(false);
  });

  it('commits what goes elsewhere, and responds with 500 if that commit fails', async () => {
    const go = () => errorOf(() => client.orderAndGo.mutate('milk'));
    expect(await go()).toMatchObject({ data: { httpStatus: 422 }, message: 'Go to /checkout.' });
    expect(await isStored('milk')).toBe(true);
    expect(await go()).toMatchObject({ data: { httpStatus: 500 } });
  });

  it('responds with 400 for input of a wrong type', async () => {
    const error = await errorOf(() => client.order.mutate(1 as never));
    expect(error).toMatchObject({ data: { httpStatus: 400 } });
  });

  it('keeps concurrent calls apart', async () => {
    const items = ['one', 'cups', 'two', 'cups', 'three'];
    const answers = await Promise.allSettled(items.map((item) => client.order.mutate(item)));
    const [fulfilled, rejected] = ['fulfilled', 'rejected'];
    expect(answers.map(({ status }) => status)).toEqual([fulfilled, rejected, fulfilled, rejected, fulfilled]);
    expect(await store.stored()).toEqual(expect.arrayContaining(['one', 'two', 'three']));
  });
});
