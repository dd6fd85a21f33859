import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createAdaptorServer } from '@hono/node-server';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Hono } from 'hono';
import { makeApp } from '../../docs/recipes/hono/app.ts';
import { order, shop, type Shop } from '../../docs/recipes/shop.ts';
import { AsyncExitStack, withAsync } from '../../lib/index.ts';

const shared = new AsyncExitStack();
let store: Shop;

beforeAll(async () => {
  store = await shared.enterContext(shop());
}, 60_000);

afterAll(() => shared.exitAsync());

/** Posts to a real server of the app; returns the status, the text, and what is stored of the item then. */
async function post(app: { fetch: Hono['fetch'] }, path: string) {
  const server = createAdaptorServer({ fetch: app.fetch }).listen(0);
  await once(server, 'listening');
  try {
    const { port } = server.address() as AddressInfo;
    const response = await fetch(`http://localhost:${String(port)}/orders/${path}`, {
      method: 'POST',
      redirect: 'manual',
    });
    const [item = ''] = path.split('/');
    return [response.status, await response.text(), (await store.stored()).filter((stored) => stored === item)];
  } finally {
    server.close();
  }
}

describe('inTransaction for Hono', () => {
  it('commits a success, and responds with 500 if the commit fails', async () => {
    expect(await post(makeApp(store), 'tea')).toEqual([201, '{"ordered":"tea"}', ['tea']]);
    const [status, text, stored] = await post(makeApp(store), 'tea');
    expect([status, stored]).toEqual([500, ['tea']]);
    expect(text).toContain('duplicate key');
  });

  it('rolls back if the handler throws', async () => {
    expect(await post(makeApp(store), 'cups')).toEqual([409, '{"error":"There are no more cups."}', []]);
  });

  it('commits a redirect that is thrown, and responds with 500 if that commit fails', async () => {
    expect(await post(makeApp(store), 'milk/and-go-home')).toEqual([303, '', ['milk']]);
    const [status, , stored] = await post(makeApp(store), 'milk/and-go-home');
    expect([status, stored]).toEqual([500, ['milk']]);
  });

  it('keeps concurrent requests apart', async () => {
    const app = makeApp(store);
    const paths = ['one', 'cups', 'two', 'cups', 'three/and-go-home'];
    const answers = await Promise.all(paths.map((path) => post(app, path)));
    expect(answers.map(([status]) => status)).toEqual([201, 409, 201, 409, 303]);
    expect(await store.stored()).toEqual(expect.arrayContaining(['one', 'two', 'three']));
  });

  it('needs to look at c.error: the obvious middleware stores the row', async () => {
    const obvious = new Hono();
    obvious.post(
      '/orders/:item',
      (_c, next) =>
        withAsync(store.transaction(), async (tx) => {
          await order(tx, 'stored all the same');
          await next();
        }),
      () => {
        throw new Error('no');
      },
    );
    obvious.onError((_error, c) => c.text('no', 409));
    expect(await post(obvious, 'stored all the same')).toEqual([409, 'no', ['stored all the same']]);
  });
});
