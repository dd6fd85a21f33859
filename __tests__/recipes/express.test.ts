import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import express, { type ErrorRequestHandler, type Express, type RequestHandler } from 'express';
import { answerFailure, makeApp } from '../../docs/recipes/express/app.ts';
import { insert, ordered, store, type Store, type Tx } from '../../docs/recipes/express/store.ts';
import { streamed, whileConnected } from '../../docs/recipes/express/streaming.ts';
import { transactional } from '../../docs/recipes/express/transactional.ts';
import { aclosing, AsyncExitStack, closing, enter, scopeAsync, timeout, withAsync } from '../../lib/index.ts';

const shared = new AsyncExitStack();
let orders: Store;

beforeAll(async () => {
  orders = await shared.enterContext(store());
}, 60_000);

afterAll(() => shared.exitAsync());

/** Posts to a real server of the app; returns the status, the response, and what is stored of the item then. */
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

const failure = new Error('There are no more rows.');

const lineOf = (item: string) => `${JSON.stringify({ item })}\n`;

type Client = (response: globalThis.Response, controller: AbortController) => Promise<string | undefined>;

/** Undefined for a response that breaks off. */
const readAll: Client = (response) => response.text().catch(() => undefined);

const leave: Client = async ({ body }, controller) => {
  await Promise.race([body?.getReader().read(), sleep(20)]);
  controller.abort();
  return undefined;
};

/**
 * Sends a request to a real server of the handlers. Once the last handler has ended, returns what the client read, what
 * reached the error handler, and how many more listeners wait for the end of the response than before.
 */
async function visit(handlers: RequestHandler[], client: Client) {
  return scopeAsync(async function* visiting() {
    const errors: { error: unknown; headersSent: boolean }[] = [];
    let resolve: (listeners: number) => void = () => {};
    const over = new Promise<number>((settle) => (resolve = settle));
    const last = handlers.pop() as RequestHandler;
    const watched: RequestHandler = async (req, res, next) => {
      const before = res.listenerCount('close');
      try {
        await last(req, res, next);
      } finally {
        resolve(res.listenerCount('close') - before);
      }
    };
    const seen: ErrorRequestHandler = (error, req, res, next) => {
      errors.push({ error, headersSent: res.headersSent });
      answerFailure(error, req, res, next);
    };
    const app = express()
      .set('env', 'test')
      .get('/', ...handlers, watched)
      .use(seen);
    const server = yield* enter(closing(app.listen(0)));
    await once(server, 'listening');
    yield* enter(closing(server, () => server.closeAllConnections()));
    const controller = new AbortController();
    const { port } = server.address() as AddressInfo;
    const response = await fetch(`http://localhost:${String(port)}`, { signal: controller.signal });
    const answer = await client(response, controller);
    const listeners = await over;
    await sleep(1);
    return { status: response.status, answer, errors, listeners };
  });
}

describe('transactional for Express', () => {
  it('responds with 500 if the handler continued after a failed statement', async () => {
    const app = appOf(
      transactional(orders.transaction, async (tx) => {
        await insert(tx, 'rice');
        await tx.execute('SELECT 1 / 0').catch(() => {});
        return { status: 201, body: {} };
      }),
    );
    expect(await post(app, 'orders/rice')).toEqual([500, failed, []]);
  });

  it('commits a success, and responds with 500 if the commit fails', async () => {
    expect(await post(makeApp(orders), 'orders/tea')).toEqual([201, { ordered: 'tea' }, ['tea']]);
    expect(await post(makeApp(orders), 'orders/tea')).toEqual([500, failed, ['tea']]);
  });

  it('rolls back and responds with 500 if the handler throws', async () => {
    expect(await post(makeApp(orders), 'orders/cups')).toEqual([500, failed, []]);
  });

  it('keeps concurrent requests apart', async () => {
    const paths = ['orders/one', 'orders/cups', 'orders/two', 'orders/cups'];
    const answers = await Promise.all(paths.map((path) => post(makeApp(orders), path)));
    expect(answers.map(([status]) => status)).toEqual([201, 500, 201, 500]);
    expect([await storedOf('one'), await storedOf('two'), await storedOf('cups')]).toEqual([['one'], ['two'], []]);
  });
});

describe('transactionalResult for Express', () => {
  it('commits a success, and responds with 500 if the commit fails', async () => {
    expect(await post(makeApp(orders), 'checked/milk')).toEqual([201, { ordered: 'milk' }, ['milk']]);
    expect(await post(makeApp(orders), 'checked/milk')).toEqual([500, failed, ['milk']]);
  });

  it('rolls back and responds with 422 if the handler returns { ok: false }', async () => {
    expect(await post(makeApp(orders), 'checked/cups')).toEqual([422, { error: 'There are no more cups.' }, []]);
  });
});

async function* ticks(close: () => unknown) {
  try {
    for (;;) {
      yield 'tick';
      await sleep(1);
    }
  } finally {
    close();
  }
}

describe('streamed for Express', () => {
  it('sends the rows, and ends the response', async () => {
    const { status, answer } = await visit([streamed(orders.readOnly, ordered)], readAll);
    expect([status, answer]).toEqual([200, (await orders.stored()).map(lineOf).join('')]);
  });

  it('fetches as often as the cursor has rows', async () => {
    const items = Array.from({ length: 250 }, (_, index) => `order ${String(index).padStart(3, '0')}`);
    const seen: string[] = [];
    const reading = withAsync(orders.transaction(), async (tx) => {
      for (const item of items) await insert(tx, item);
      for await (const { item } of ordered(tx)) if (item.startsWith('order ')) seen.push(item);
      throw failure;
    });
    await expect(reading).rejects.toBe(failure);
    expect(seen).toEqual(items);
  });

  it('refuses to write', async () => {
    const { status, errors } = await visit(
      [
        streamed(orders.readOnly, async function* (tx) {
          await insert(tx, 'knives');
          yield 'not reached';
        }),
      ],
      readAll,
    );
    expect([status, errors.length, await storedOf('knives')]).toEqual([500, 1, []]);
  });

  it('responds with 500 if it fails before the first row', async () => {
    const failing = streamed(orders.readOnly, async function* () {
      throw failure;
    });
    const { status, answer, errors } = await visit([failing], readAll);
    expect([status, JSON.parse(answer ?? '')]).toEqual([500, failed]);
    expect(errors).toEqual([{ error: failure, headersSent: false }]);
  });

  it('breaks the response off if it fails after a row, and passes the error on', async () => {
    const failing = streamed(orders.readOnly, async function* () {
      yield 'first';
      throw failure;
    });
    const { status, answer, errors } = await visit([failing], readAll);
    expect([status, answer]).toEqual([200, undefined]);
    expect(errors).toEqual([{ error: failure, headersSent: true }]);
    await expect(orders.stored()).resolves.toEqual(expect.any(Array));
  });

  it('stops if the client leaves during a wait for a row', async () => {
    const log: string[] = [];
    const ticking = streamed(orders.readOnly, () => ticks(() => log.push('closed')));
    const { errors, listeners } = await visit([ticking], leave);
    expect({ log, errors, listeners }).toEqual({ log: ['closed'], errors: [], listeners: 0 });
    // There is one connection, so this would wait for a transaction that is still open.
    await expect(orders.stored()).resolves.toEqual(expect.any(Array));
  });

  it("stops if the client leaves while it isn't reading", async () => {
    const log: string[] = [];
    const flooding = streamed(orders.readOnly, async function* () {
      try {
        for (;;) {
          log.push('row');
          yield 'x'.repeat(1 << 20);
        }
      } finally {
        log.push('closed');
      }
    });
    const { errors, listeners } = await visit([flooding], async (response, controller) => {
      // Until the buffers are full.
      let rows: number;
      do {
        rows = log.length;
        await sleep(50);
      } while (rows < log.length);
      return leave(response, controller);
    });
    expect(log.length).toBeLessThan(100);
    expect([log.pop(), errors, listeners]).toEqual(['closed', [], 0]);
    await expect(orders.stored()).resolves.toEqual(expect.any(Array));
  });

  it('reads nothing if the client has already left', async () => {
    const log: string[] = [];
    const waiting: RequestHandler = (_req, res, next) => {
      res.flushHeaders();
      res.once('close', () => setImmediate(next));
    };
    const reading = streamed(orders.readOnly, async function* () {
      log.push('row');
      yield 'row';
    });
    const { errors, listeners } = await visit([waiting, reading], leave);
    expect({ log, errors, listeners }).toEqual({ log: [], errors: [], listeners: 0 });
  });

  it('passes on an error that a leaving client only triggered', async () => {
    const fail = () => {
      throw failure;
    };
    const { errors } = await visit([streamed(orders.readOnly, () => ticks(fail))], leave);
    expect(errors).toEqual([{ error: failure, headersSent: true }]);
  });
});

describe('whileConnected', () => {
  it('suppresses its reason even after timeout', async () => {
    const log: unknown[] = [];
    const limited: RequestHandler = (_req, res) =>
      scopeAsync(async function* stream() {
        const connected = yield* enter(whileConnected(res));
        const signal = yield* enter(timeout(30_000, { signal: connected }));
        const items = yield* enter(
          aclosing(
            ticks(() => log.push(signal.aborted)),
            { signal },
          ),
        );
        for await (const item of items) res.write(item);
      });
    const { errors } = await visit([limited], leave);
    expect({ errors, log }).toEqual({ errors: [], log: [true] });
  });

  it("doesn't abort when the response is complete", async () => {
    const seen: boolean[] = [];
    const ending: RequestHandler = async (_req, res) => {
      await withAsync(whileConnected(res), async (signal) => {
        res.end('done');
        await once(res, 'close');
        seen.push(signal.aborted);
      });
    };
    const { answer, errors } = await visit([ending], readAll);
    expect({ answer, errors, seen }).toEqual({ answer: 'done', errors: [], seen: [false] });
  });

  it.each([failure, undefined, null, 0, ''])('passes on %p', async (thrown) => {
    const seen: unknown[] = [];
    const throwing: RequestHandler = async (_req, res) => {
      const block = withAsync(whileConnected(res), () => {
        throw thrown;
      });
      await block.catch((error: unknown) => seen.push(error));
      res.end();
    };
    const { status } = await visit([throwing], readAll);
    expect([status, seen]).toEqual([200, [thrown]]);
  });
});

/** The shapes that the page warns about. */
describe('what goes wrong', () => {
  const middleware: RequestHandler<{ item: string }> = (_req, res, next) =>
    withAsync(orders.transaction(), (tx) => {
      // eslint-disable-next-line withal/no-escaping-value -- this is the mistake
      res.locals['tx'] = tx;
      next();
    });

  it('commits in a middleware that calls next(), even if the handler throws', async () => {
    const app = appOf(middleware, async (req, res) => {
      await insert(res.locals['tx'] as Tx, req.params.item);
      throw new Error('There are no more plates.');
    });
    expect(await post(app, 'orders/plates')).toEqual([500, failed, ['plates']]);
  });

  it('ends in a middleware that calls next(), if the handler awaits before it writes', async () => {
    const app = appOf(middleware, async (req, res) => {
      await orders.stored();
      await insert(res.locals['tx'] as Tx, req.params.item);
      res.json('not reached');
    });
    expect(await post(app, 'orders/forks')).toEqual([500, failed, []]);
  });

  it('responds with 200 inside the block, and then the commit fails', async () => {
    const app = appOf((req, res) =>
      withAsync(orders.transaction(), async (tx) => {
        await insert(tx, req.params.item);
        res.json({ ordered: req.params.item });
      }),
    );
    // The second order is refused, and its client never learns of it.
    expect(await post(app, 'orders/spoons')).toEqual([200, { ordered: 'spoons' }, ['spoons']]);
    expect(await post(app, 'orders/spoons')).toEqual([200, { ordered: 'spoons' }, ['spoons']]);
  });
});
