import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { interceptors, Pool } from 'undici';
import { response, session } from '../../docs/recipes/session/session.ts';
import { all, AsyncExitStack, asyncContextManager, enter, timeout, withAsync } from '../../lib/index.ts';

interface Origin {
  readonly url: string;
  /** How many connections were opened. */
  opened(): number;
  /** Waits until all of them are closed, as they are after a session; during one the pool replaces lost ones. */
  untilClosed(): Promise<unknown>;
  /** Waits until the last request has a response, or its connection is closed. */
  untilLeft(): Promise<unknown>;
  /** The next request, and its response if the test sends that itself. */
  requested(): Promise<[IncomingMessage, ServerResponse]>;
}

const long = 'x'.repeat(1_000_000);

function answer({ url }: IncomingMessage, response: ServerResponse): void {
  switch (url) {
    case '/short':
      response.end('short');
      break;
    case '/long':
      response.setHeader('Content-Length', long.length).end(long);
      break;
    case '/chunked':
      response.write('chun');
      response.end('ked');
      break;
    case '/missing':
      response.writeHead(404).end('There is no such page.');
      break;
    case '/endless':
      response.write('and so on');
      break;
    case '/stalling':
      response.writeHead(200, { 'Content-Length': 100 }).write('first');
      break;
    case '/dying':
      response.writeHead(200, { 'Content-Length': 100 }).write('first', () => response.destroy());
      break;
  }
}

const origin = asyncContextManager(async function* origin() {
  const sockets = new Set<Socket>();
  const closed: Promise<unknown>[] = [];
  let left: Promise<unknown> | undefined;
  const server = createServer((request, response) => {
    left = new Promise((resolve) => response.on('close', resolve));
    answer(request, response);
  });
  server.on('connection', (socket) => {
    sockets.add(socket);
    closed.push(new Promise((resolve) => socket.on('close', resolve)));
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  yield* enter(server);
  const made: Origin = {
    url: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`,
    opened: () => closed.length,
    untilClosed: () => Promise.all(closed),
    untilLeft: async () => left,
    requested: () => once(server, 'request') as Promise<[IncomingMessage, ServerResponse]>,
  };
  try {
    yield made;
  } finally {
    // eslint-disable-next-line withal/exit-in-order -- the server waits until they are gone
    for (const socket of sockets) socket.destroy();
  }
});

let stack: AsyncExitStack;
let server: Origin;

beforeEach(async () => {
  stack = new AsyncExitStack();
  server = await stack.enterContext(origin());
});

afterEach(() => stack.exitAsync());

const get = (path: string) => ({ method: 'GET' as const, path });

const failure = new Error('no');

const errorOf = (promise: Promise<unknown>) =>
  promise.then(
    () => 'no error',
    (error: unknown) => error,
  );

describe('a session', () => {
  it("returns the block's result, and closes its connections", async () => {
    const texts = await withAsync(session(server.url), (pool) =>
      Promise.all(['/short', '/chunked'].map(async (path) => (await pool.request(get(path))).body.text())),
    );
    expect(texts).toEqual(['short', 'chunked']);
    await server.untilClosed();
    expect(server.opened()).toBe(2);
  });

  it('takes the settings of a pool', async () => {
    await withAsync(session(server.url, { connections: 1 }), (pool) =>
      Promise.all(['/short', '/chunked'].map(async (path) => (await pool.request(get(path))).body.text())),
    );
    expect(server.opened()).toBe(1);
  });

  it('waits for the requests in flight if the block returned', async () => {
    const log: string[] = [];
    const requested = server.requested();
    let left: Promise<string> | undefined;
    const block = withAsync(session(server.url), (pool) => {
      left = pool.request(get('/later')).then(({ body }) => body.text());
    }).then(() => log.push('closed'));
    const [, response] = await requested;
    log.push('answered');
    response.end('later');
    expect(await left).toBe('later');
    await block;
    expect(log).toEqual(['answered', 'closed']);
    await server.untilClosed();
  });

  it.each([failure, undefined, null, 0, ''])(
    'rejects the requests in flight if the block throws %p, and rethrows that',
    async (thrown) => {
      let left: Promise<unknown> | undefined;
      const block = withAsync(session(server.url), async (pool) => {
        const requested = server.requested();
        left = errorOf(pool.request(get('/never')));
        await requested;
        throw thrown;
      });
      expect(await errorOf(block)).toBe(thrown);
      expect(await left).toMatchObject({ name: 'ClientDestroyedError' });
      await server.untilClosed();
    },
  );

  it('refuses requests after the block', async () => {
    // eslint-disable-next-line withal/no-escaping-value -- to see that it is destroyed
    const pool = await withAsync(session(server.url), (pool) => pool);
    await expect(pool.request(get('/short'))).rejects.toThrow('The client is destroyed');
  });

  it('can be entered many times, concurrently too', async () => {
    const manager = session(server.url);
    const read = (pool: Pool) => withAsync(response(pool, get('/short')), ({ body }) => body.text());
    expect(await Promise.all([withAsync(manager, read), withAsync(manager, read)])).toEqual(['short', 'short']);
    await server.untilClosed();
    expect(server.opened()).toBe(2);
  });

  it('would wait for a long unread body without response()', async () => {
    const pool = new Pool(server.url);
    const { body } = await pool.request(get('/long'));
    const closed = pool.close().then(() => 'closed');
    expect(await Promise.race([closed, setTimeout(50, 'waiting')])).toBe('waiting');
    expect(await body.text()).toBe(long);
    expect(await closed).toBe('closed');
  });
});

describe('a response', () => {
  it('has its headers, and a readable body', async () => {
    await withAsync(session(server.url), async (pool) => {
      const read = withAsync(response(pool, get('/short')), async ({ statusCode, headers, body }) => [
        statusCode,
        headers['content-length'],
        await body.text(),
      ]);
      expect(await read).toEqual([200, '5', 'short']);
    });
  });

  it('has any status', async () => {
    await withAsync(session(server.url), async (pool) => {
      expect(await withAsync(response(pool, get('/missing')), ({ statusCode }) => statusCode)).toBe(404);
    });
  });

  it('treats a status as an error if the session is composed that way', async () => {
    await withAsync(session(server.url), async (pool) => {
      const strict = pool.compose(interceptors.responseError());
      const block = withAsync(response(strict, get('/missing')), () => {});
      expect(await errorOf(block)).toMatchObject({ name: 'ResponseError', statusCode: 404 });
    });
    await server.untilClosed();
  });

  it("leaves the connection to the next if its short body wasn't read", async () => {
    await withAsync(session(server.url, { connections: 1 }), async (pool) => {
      await withAsync(response(pool, get('/short')), () => {});
      await withAsync(response(pool, get('/missing')), () => {});
      expect(await withAsync(response(pool, get('/short')), ({ body }) => body.text())).toBe('short');
    });
    expect(server.opened()).toBe(1);
  });

  it.each(['/long', '/endless', '/stalling'])("gives up %s with its connection if it wasn't read", async (path) => {
    await withAsync(session(server.url, { connections: 1 }), async (pool) => {
      expect(await withAsync(response(pool, get(path)), ({ statusCode }) => statusCode)).toBe(200);
      await server.untilLeft();
      expect(await withAsync(response(pool, get('/short')), ({ body }) => body.text())).toBe('short');
    });
    await server.untilClosed();
    expect(server.opened()).toBe(2);
  });

  it('gives up what was read in part', async () => {
    await withAsync(session(server.url), async (pool) => {
      const first = await withAsync(response(pool, get('/endless')), async ({ body }) => {
        for await (const chunk of body) return String(chunk);
        return 'nothing';
      });
      expect(first).toBe('and so on');
      await server.untilLeft();
    });
  });

  it.each([failure, undefined, null, 0, ''])(
    'gives up its body if the block throws %p, and rethrows that',
    async (thrown) => {
      await withAsync(session(server.url), async (pool) => {
        const block = withAsync(response(pool, get('/stalling')), () => {
          throw thrown;
        });
        expect(await errorOf(block)).toBe(thrown);
        await server.untilLeft();
        expect(await withAsync(response(pool, get('/short')), ({ body }) => body.text())).toBe('short');
      });
    },
  );

  it('has nothing to read for a HEAD, whatever length it declares', async () => {
    await withAsync(session(server.url), async (pool) => {
      const length = withAsync(
        response(pool, { method: 'HEAD', path: '/long' }),
        ({ headers }) => headers['content-length'],
      );
      expect(await length).toBe('1000000');
    });
    await server.untilClosed();
  });

  it.each(['text', 'json'] as const)(
    'leaves the connection to the next if the block has read its body as %s, and throws',
    async (form) => {
      await withAsync(session(server.url, { connections: 1 }), async (pool) => {
        const block = withAsync(response(pool, get('/missing')), async ({ body }) => {
          throw new Error(String(await body[form]()));
        });
        await expect(block).rejects.toThrow(form === 'text' ? 'There is no such page.' : 'not valid JSON');
        expect(await withAsync(response(pool, get('/short')), ({ body }) => body.text())).toBe('short');
      });
      expect(server.opened()).toBe(1);
    },
  );

  it("rejects if there is no server, and doesn't run the block", async () => {
    const block = withAsync(session('http://127.0.0.1:1'), (pool) =>
      withAsync(response(pool, get('/')), () => {
        throw new Error('The block was run.');
      }),
    );
    expect(await errorOf(block)).toMatchObject({ code: 'ECONNREFUSED' });
  });

  it('fails if the server dies while its body is read, and so does the session', async () => {
    const block = withAsync(session(server.url), (pool) =>
      withAsync(response(pool, get('/dying')), ({ body }) => body.text()),
    );
    expect(await errorOf(block)).toMatchObject({ name: 'SocketError', message: 'other side closed' });
    await server.untilClosed();
  });

  it("doesn't fail if the server dies before the end of an unread body", async () => {
    await withAsync(session(server.url), async (pool) => {
      expect(await withAsync(response(pool, get('/dying')), ({ statusCode }) => statusCode)).toBe(200);
      const status = withAsync(response(pool, get('/dying')), async ({ statusCode }) => {
        await server.untilLeft();
        return statusCode;
      });
      expect(await status).toBe(200);
    });
  });

  it('is aborted before its headers arrive', async () => {
    const controller = new AbortController();
    const requested = server.requested();
    const block = withAsync(session(server.url), (pool) =>
      withAsync(response(pool, { ...get('/never'), signal: controller.signal }), () => {}),
    );
    await requested;
    controller.abort(failure);
    expect(await errorOf(block)).toBe(failure);
    await server.untilClosed();
  });

  it('is aborted while its body is read', async () => {
    const controller = new AbortController();
    const block = withAsync(session(server.url), (pool) =>
      withAsync(response(pool, { ...get('/stalling'), signal: controller.signal }), async ({ body }) => {
        for await (const _ of body) controller.abort(failure);
      }),
    );
    expect(await errorOf(block)).toBe(failure);
    await server.untilClosed();
  });

  it('is aborted while the rest of its body is read', async () => {
    const controller = new AbortController();
    const block = withAsync(session(server.url), (pool) =>
      withAsync(response(pool, { ...get('/stalling'), signal: controller.signal }), ({ statusCode, body }) => {
        // eslint-disable-next-line withal/settle-in-body -- it should happen after the block
        void once(body, 'resume').then(() => controller.abort());
        return statusCode;
      }),
    );
    expect(await block).toBe(200);
    await server.untilClosed();
  });

  it.each(['/never', '/stalling', '/endless'])('takes %s only as long as a timeout around it allows', async (path) => {
    const block = withAsync(timeout(30), (signal) =>
      withAsync(session(server.url), (pool) =>
        withAsync(response(pool, { ...get(path), signal }), ({ body }) => body.text()),
      ),
    );
    expect(await errorOf(block)).toMatchObject({ name: 'TimeoutError' });
    await server.untilClosed();
  });

  it('can be one of many at once', async () => {
    await withAsync(session(server.url), async (pool) => {
      const pages = ['/short', '/long', '/missing'].map((path) => response(pool, get(path)));
      const lengths = withAsync(all(pages, { concurrent: true }), (responses) =>
        Promise.all(responses.map(async ({ body }) => (await body.text()).length)),
      );
      expect(await lengths).toEqual([5, 1_000_000, 22]);
    });
    await server.untilClosed();
    expect(server.opened()).toBe(3);
  });

  it('waits for those that hold all connections', async () => {
    await withAsync(session(server.url, { connections: 1 }), async (pool) => {
      await withAsync(response(pool, get('/long')), async ({ body }) => {
        const next = withAsync(response(pool, get('/short')), ({ body }) => body.text());
        expect(await Promise.race([next, setTimeout(50, 'waiting')])).toBe('waiting');
        expect(await body.text()).toBe(long);
        expect(await next).toBe('short');
      });
    });
  });
});
