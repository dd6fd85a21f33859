import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import express, { type Express, type RequestHandler } from 'express';
import { answerFailure, makeApp } from '../../docs/recipes/express/app.ts';
import { insert, store, type Store, type Tx } from '../../docs/recipes/express/store.ts';
import { AsyncExitStack, closing, enter, scopeAsync, withAsync } from '../../lib/index.ts';

const shared = new AsyncExitStack();
let orders: Store;

beforeAll(async () => {
  orders = await shared.enterContext(store());
}, 60_000);

afterAll(() => shared.exitAsync());

/** Posts to a real server of the app; gives the status, the answer, and what is stored of the item then. */
async function post(app: Express, path: string) {
  return scopeAsync(async function* request() {
    const server = yield* enter(closing(app.listen(0)));
    await once(server, 'listening');
    const url = `http://localhost:${String((server.address() as AddressInfo).port)}/${path}`;
    const response = await fetch(url, { method: 'POST', headers: { connection: 'close' } });
    return [response.status, await response.json(), await storedOf(path.slice(path.indexOf('/') + 1))];
  });
}

async function storedOf(item: string): Promise<string[]> {
  return (await orders.stored()).filter((stored) => stored === item);
}

/** An app with one route. */
function appOf(...handlers: RequestHandler<{ item: string }>[]): Express {
  const app = express();
  app.post('/orders/:item', ...handlers);
  return app.use(answerFailure);
}

const failed = { error: 'Something went wrong.' };

describe('transactional for Express', () => {
  it('commits a success, and answers 500 if the commit fails', async () => {
    expect(await post(makeApp(orders), 'orders/tea')).toEqual([201, { ordered: 'tea' }, ['tea']]);
    expect(await post(makeApp(orders), 'orders/tea')).toEqual([500, failed, ['tea']]);
  });

  it('rolls back and answers 500 if the handler throws', async () => {
    expect(await post(makeApp(orders), 'orders/cups')).toEqual([500, failed, []]);
  });

  it('keeps requests apart that come at once', async () => {
    const paths = ['orders/one', 'orders/cups', 'orders/two', 'orders/cups'];
    const answers = await Promise.all(paths.map((path) => post(makeApp(orders), path)));
    expect(answers.map(([status]) => status)).toEqual([201, 500, 201, 500]);
    expect([await storedOf('one'), await storedOf('two'), await storedOf('cups')]).toEqual([['one'], ['two'], []]);
  });
});

describe('transactionalResult for Express', () => {
  it('commits a success, and answers 500 if the commit fails', async () => {
    expect(await post(makeApp(orders), 'checked/milk')).toEqual([201, { ordered: 'milk' }, ['milk']]);
    expect(await post(makeApp(orders), 'checked/milk')).toEqual([500, failed, ['milk']]);
  });

  it('rolls back and answers 422 if the handler returns { ok: false }', async () => {
    expect(await post(makeApp(orders), 'checked/cups')).toEqual([422, { error: 'There are no more cups.' }, []]);
  });
});

/** The shapes that the page warns of. */
describe('what goes wrong', () => {
  const middleware: RequestHandler<{ item: string }> = (_req, res, next) =>
    withAsync(orders.transaction(), (tx) => {
      // eslint-disable-next-line withal/no-escaping-value -- this is what goes wrong
      res.locals['tx'] = tx;
      next();
    });

  it('commits in a middleware that calls next(), although the handler throws', async () => {
    const app = appOf(middleware, async (req, res) => {
      await insert(res.locals['tx'] as Tx, req.params.item);
      throw new Error('There are no more plates.');
    });
    expect(await post(app, 'orders/plates')).toEqual([500, failed, ['plates']]);
  });

  it('is over in a middleware that calls next(), if the handler waits before it writes', async () => {
    const app = appOf(middleware, async (req, res) => {
      await orders.stored();
      await insert(res.locals['tx'] as Tx, req.params.item);
      res.json('not reached');
    });
    expect(await post(app, 'orders/forks')).toEqual([500, failed, []]);
  });

  it('answers 200 inside the block, and then the commit fails', async () => {
    const app = appOf((req, res) =>
      withAsync(orders.transaction(), async (tx) => {
        await insert(tx, req.params.item);
        res.json({ ordered: req.params.item });
      }),
    );
    // The second order is refused, and its client never hears of it.
    expect(await post(app, 'orders/spoons')).toEqual([200, { ordered: 'spoons' }, ['spoons']]);
    expect(await post(app, 'orders/spoons')).toEqual([200, { ordered: 'spoons' }, ['spoons']]);
  });
});
