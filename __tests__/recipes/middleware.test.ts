import { EventEmitter, once } from 'node:events';
import { connect, type AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import type { Client } from 'pg';
import { connection } from '../../docs/recipes/connection/connection.ts';
import { inside } from '../../docs/recipes/middleware/middleware.ts';
import { transaction } from '../../docs/recipes/transaction/transaction.ts';
import { asyncContextManager, closing, enter } from '../../lib/index.ts';
import { hasPostgres, sharedPostgres } from '../helpers/postgres.ts';

const database = sharedPostgres('CREATE TABLE items (name text UNIQUE DEFERRABLE INITIALLY DEFERRED)');
let app: FastifyInstance;
let log: string[];

beforeEach(async () => {
  await database.client.query('TRUNCATE items');
  app = fastify();
  origin = undefined;
  app.decorateRequest('transaction');
  log = [];
});

afterEach(() => app.close());

/** Emits when a request has left its transaction, and its connection. */
const exits = new EventEmitter();

const requestTransaction = asyncContextManager(async function* requestTransaction(request: FastifyRequest) {
  yield* enter(closing(exits, (exits) => exits.emit('exit')));
  const client = yield* enter(connection(database.url));
  request.setDecorator('transaction', yield* enter(transaction(client)));
  yield;
});

/** Logs what happens to it. */
const logged = asyncContextManager(async function* logged(name: string) {
  log.push(`enter ${name}`);
  try {
    yield;
  } catch (error) {
    log.push(`exit ${name}: ${String(error)}`);
    throw error;
  }
  log.push(`exit ${name}`);
});

const insert = (request: FastifyRequest, name: string) =>
  request.getDecorator<Client>('transaction').query('INSERT INTO items VALUES ($1)', [name]);

async function stored(): Promise<string[]> {
  const { rows } = await database.client.query<{ name: string }>('SELECT name FROM items ORDER BY name');
  return rows.map(({ name }) => name);
}

let origin: Promise<string> | undefined;

async function ask(path: string, options: RequestInit = {}): Promise<Response> {
  origin ??= app.listen({ port: 0, host: '127.0.0.1' });
  return fetch((await origin) + path, { redirect: 'manual', ...options });
}

/** The status of the response, and its message or other body. */
async function get(path: string): Promise<[number, unknown]> {
  const response = await ask(path);
  const text = await response.text();
  const answer: unknown = text.startsWith('{') ? JSON.parse(text) : text;
  return [response.status, (answer as { message?: string }).message ?? answer];
}

async function post(path: string, body: string): Promise<number> {
  const response = await ask(path, { method: 'POST', body, headers: { 'Content-Type': 'application/json' } });
  await response.text();
  return response.status;
}

/** Holds everyone until that many have arrived. */
function meeting(count: number): () => Promise<void> {
  let begin: () => void;
  const begun = new Promise<void>((resolve) => (begin = resolve));
  return () => {
    if (--count === 0) begin();
    return begun;
  };
}

const failure = new Error('no');

describe('a handler inside a transaction', () => {
  beforeEach(() => void app.addHook('onRoute', inside(requestTransaction)));

  it('is committed before its response is sent', async () => {
    app.addHook('onSend', async () => void log.push(...(await stored())));
    app.get('/tea', async (request, reply) => {
      await insert(request, 'tea');
      log.push('handled');
      reply.code(201);
      return { name: 'tea' };
    });
    expect(await get('/tea')).toEqual([201, { name: 'tea' }]);
    expect(log).toEqual(['handled', 'tea']);
  });

  it('is rolled back if it throws, and the response is made from the error', async () => {
    app.get('/tea', async (request) => {
      await insert(request, 'tea');
      throw Object.assign(new Error('There is no tea.'), { statusCode: 409 });
    });
    expect(await get('/tea')).toEqual([409, 'There is no tea.']);
    expect(await stored()).toEqual([]);
  });

  it.each([undefined, null, 0, ''])('is rolled back if it throws %p', async (thrown) => {
    app.get('/tea', async (request) => {
      await insert(request, 'tea');
      throw thrown;
    });
    app.setErrorHandler((error, _request, reply) => reply.code(500).send({ message: `error: ${String(error)}` }));
    expect((await ask('/tea')).status).toBe(500);
    expect(await stored()).toEqual([]);
  });

  it('is rolled back if it returns an error', async () => {
    app.get('/tea', async (request) => {
      await insert(request, 'tea');
      return failure;
    });
    expect(await get('/tea')).toEqual([500, 'no']);
    expect(await stored()).toEqual([]);
  });

  it('gets a 500 response if the commit is refused', async () => {
    app.get('/tea', async (request) => {
      await insert(request, 'tea');
      await insert(request, 'tea');
      return 'done';
    });
    expect(await get('/tea')).toEqual([500, expect.stringContaining('duplicate key')]);
    expect(await stored()).toEqual([]);
  });

  it('is rolled back if the client has hung up', async () => {
    app.addHook('onError', async (_request, _reply, error) => void log.push(error.message));
    app.get('/tea', async (request, reply) => {
      await insert(request, 'tea');
      socket.destroy();
      await once(reply.raw, 'close');
      return 'done';
    });
    await app.listen({ port: 0 });
    const exited = once(exits, 'exit');
    const socket = connect((app.server.address() as AddressInfo).port);
    socket.write('GET /tea HTTP/1.1\r\nHost: localhost\r\n\r\n');
    await exited;
    await app.close();
    expect(log).toEqual(['Nobody is waiting for this response anymore.']);
    expect(await stored()).toEqual([]);
  });

  it('is rolled back if a timeout has responded', async () => {
    app.setErrorHandler(async (_error, _request, reply) => {
      reply.code(503);
      return 'too late';
    });
    app.get('/tea', { handlerTimeout: 30 }, async (request, reply) => {
      await insert(request, 'tea');
      if (!reply.sent) await once(reply.raw, 'finish');
      return 'done';
    });
    const exited = once(exits, 'exit');
    expect(await get('/tea')).toEqual([503, 'too late']);
    await exited;
    expect(await stored()).toEqual([]);
  });
});

// The Postgres within this process runs one transaction after the other.
(hasPostgres ? describe : describe.skip)('a handler inside a transaction on a server', () => {
  beforeEach(() => void app.addHook('onRoute', inside(requestTransaction)));

  it('is separate from concurrent ones', async () => {
    const [inserted, seen] = [meeting(3), meeting(3)];
    app.get<{ Params: { name: string } }>('/items/:name', async (request) => {
      const { name } = request.params;
      await insert(request, name);
      await inserted();
      const { rows } = await request.getDecorator<Client>('transaction').query('SELECT name FROM items');
      await seen();
      if (name === 'milk') throw failure;
      return { rows };
    });
    expect(await Promise.all(['/items/tea', '/items/milk', '/items/cups'].map(get))).toEqual([
      [200, { rows: [{ name: 'tea' }] }],
      [500, 'no'],
      [200, { rows: [{ name: 'cups' }] }],
    ]);
    expect(await stored()).toEqual(['cups', 'tea']);
  });
});

type Handler = (request: FastifyRequest, reply: FastifyReply) => unknown;

const handlers: [string, Handler, string][] = [
  ['sends', (_request, reply) => reply.send('done'), 'reply.send()'],
  ['sends and is async', async (_request, reply) => reply.send('done'), 'reply.send()'],
  ['redirects', (_request, reply) => reply.redirect('/elsewhere'), 'reply.redirect()'],
  ['answers that there is nothing', (_request, reply) => reply.callNotFound(), 'reply.callNotFound()'],
  ['takes the answer over', (_request, reply) => reply.hijack(), 'reply.hijack()'],
  ['returns neither payload nor promise', () => {}, 'A handler inside a manager returns its payload, or a promise.'],
];

describe('a handler', () => {
  beforeEach(
    () =>
      void app.addHook(
        'onRoute',
        inside(() => logged('manager')),
      ),
  );

  it.each(handlers)('is refused if it %s', async (_what, handler, message) => {
    app.setNotFoundHandler(async () => 'nothing');
    app.get('/', handler);
    expect(await get('/')).toEqual([500, expect.stringContaining(message)]);
    expect(log).toEqual(['enter manager', expect.stringContaining(`exit manager: TypeError: ${message}`)]);
  });

  it('may be sync, and return its payload', async () => {
    app.get('/', () => ({ name: 'tea' }));
    expect(await get('/')).toEqual([200, { name: 'tea' }]);
    expect(log).toEqual(['enter manager', 'exit manager']);
  });

  it('may return nothing if it is async', async () => {
    app.get('/', async (_request, reply) => void reply.code(204));
    expect(await get('/')).toEqual([204, '']);
  });

  it('has its app as this, and a reply with everything else', async () => {
    app.decorate('shop', 'tea shop');
    app.decorateReply('greet', function (this: FastifyReply, name: string) {
      return this.header('x-greeting', `hello ${name}`);
    });
    app.get('/', async function (request, reply) {
      reply.getDecorator<(name: string) => FastifyReply>('greet')('Ada').code(202).type('application/json');
      reply.serializer((payload: unknown) => JSON.stringify({ payload }));
      return [this.getDecorator<string>('shop'), this === app, reply.statusCode, reply.request === request, reply.sent];
    });
    const response = await ask('/');
    expect([response.status, response.headers.get('x-greeting')]).toEqual([202, 'hello Ada']);
    expect(await response.json()).toEqual({ payload: ['tea shop', true, 202, true, false] });
  });

  it('may redirect by its status', async () => {
    app.get('/', async (_request, reply) => void reply.code(303).header('Location', '/elsewhere'));
    const { status, headers } = await ask('/');
    expect([status, headers.get('location')]).toEqual([303, '/elsewhere']);
  });

  it("doesn't run for what isn't found or isn't valid", async () => {
    const body = { type: 'object', required: ['name'] };
    app.post('/items', { schema: { body } }, async () => 'done');
    expect(await get('/nowhere')).toEqual([404, expect.any(String)]);
    expect([await post('/items', '{}'), await post('/items', '{')]).toEqual([400, 400]);
    expect(log).toEqual([]);
    expect(await post('/items', '{"name":"tea"}')).toBe(200);
    expect(log).toEqual(['enter manager', 'exit manager']);
  });

  it('passes an error that it throws to the error handlers', async () => {
    const caught: unknown[] = [];
    app.setErrorHandler((error, _request, reply) => {
      caught.push(error);
      return reply.code(418).send('caught');
    });
    app.get('/', async () => {
      throw failure;
    });
    app.get('/own', { errorHandler: (_error, _request, reply) => void reply.code(419).send('own') }, async () => {
      throw failure;
    });
    expect(await get('/')).toEqual([418, 'caught']);
    expect(await get('/own')).toEqual([419, 'own']);
    expect(caught).toEqual([failure]);
    expect(caught[0]).toBe(failure);
  });

  it("has succeeded if only its response can't be made", async () => {
    const schema = {
      response: { 200: { type: 'object', required: ['name'], properties: { name: { type: 'string' } } } },
    };
    app.get('/', { schema }, async () => ({}));
    expect(await get('/')).toEqual([500, '"name" is required!']);
    expect(log).toEqual(['enter manager', 'exit manager']);
  });

  it('is done before a stream that it returns is read', async () => {
    async function* lines() {
      log.push('read');
      yield 'tea\n';
    }
    app.get('/', async () => Readable.from(lines()));
    expect(await get('/')).toEqual([200, 'tea\n']);
    expect(log).toEqual(['enter manager', 'exit manager', 'read']);
  });

  it('is entered once for a HEAD, and for the root of a plugin', async () => {
    await app.register(async (plugin) => void plugin.get('/', async () => 'done'), { prefix: '/plugin' });
    for (const path of ['/plugin', '/plugin/'])
      for (const method of ['GET', 'HEAD']) {
        expect((await ask(path, { method })).status).toBe(200);
        expect(log.splice(0)).toEqual(['enter manager', 'exit manager']);
      }
  });
});

describe('inside()', () => {
  it('applies to routes declared after it in the same place', async () => {
    app.get('/before', async () => 'done');
    await app.register(async (plugin) => {
      plugin.addHook(
        'onRoute',
        inside((request) => logged(request.url)),
      );
      plugin.get('/inner', async () => 'done');
      await plugin.register(async (child) => void child.get('/child', async () => 'done'));
    });
    app.get('/after', async () => 'done');
    for (const path of ['/before', '/inner', '/child', '/after']) expect(await get(path)).toEqual([200, 'done']);
    expect(log).toEqual(['enter /inner', 'exit /inner', 'enter /child', 'exit /child']);
  });

  it('can be nested, the last one around those before', async () => {
    app.addHook(
      'onRoute',
      inside(() => logged('first')),
    );
    app.addHook(
      'onRoute',
      inside(() => logged('last')),
    );
    app.get('/', (_request, reply) => reply.send('done'));
    app.get('/done', () => 'done');
    expect(await get('/done')).toEqual([200, 'done']);
    expect(log.splice(0)).toEqual(['enter last', 'enter first', 'exit first', 'exit last']);
    expect(await get('/')).toEqual([500, expect.stringContaining('reply.send()')]);
  });

  it("isn't a plugin, which would be loaded after the routes beside it", async () => {
    void app.register(
      Object.assign(
        async (plugin: FastifyInstance) =>
          void plugin.addHook(
            'onRoute',
            inside(() => logged('manager')),
          ),
        { [Symbol.for('skip-override')]: true },
      ),
    );
    app.get('/', async () => 'done');
    expect(await get('/')).toEqual([200, 'done']);
    expect(log).toEqual([]);
  });

  it("responds with the error of an entry, and doesn't run the handler", async () => {
    const closed = asyncContextManager(async function* closed() {
      throw failure;
      yield;
    });
    app.addHook('onRoute', inside(closed));
    app.get('/', async () => log.push('handled'));
    expect(await get('/')).toEqual([500, 'no']);
    expect(log).toEqual([]);
  });

  it("responds with the error of an exit, and keeps the handler's", async () => {
    const caught: Error[] = [];
    const failing = asyncContextManager(async function* failing() {
      try {
        yield;
      } finally {
        throw new Error('exit');
      }
    });
    app.addHook('onRoute', inside(failing));
    app.addHook('onError', async (_request, _reply, error) => void caught.push(error));
    app.get('/', async () => 'done');
    app.get('/failing', async () => {
      throw failure;
    });
    expect(await get('/')).toEqual([500, 'exit']);
    expect(await get('/failing')).toEqual([500, 'exit']);
    expect(caught.map(({ cause }) => cause)).toEqual([undefined, failure]);
  });

  it('responds with the fallback of a manager that suppresses', async () => {
    const orElse = asyncContextManager(async function* orElse() {
      try {
        yield;
      } catch {
        return 'or else';
      }
      return 'or else';
    });
    app.addHook('onRoute', inside(orElse));
    app.get('/', async () => {
      throw failure;
    });
    expect(await get('/')).toEqual([200, 'or else']);
  });
});
