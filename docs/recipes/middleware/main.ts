import fastify, { type FastifyInstance, type FastifyRequest } from 'fastify';
import type { Client } from 'pg';
import { asyncContextManager, enter, scopeAsync } from 'withal';
import { connection } from '../connection/connection.ts';
import { postgres } from '../postgres.ts';
import { transaction } from '../transaction/transaction.ts';
import { inside } from './middleware.ts';

interface Order {
  readonly item: string;
  readonly amount: number;
}

const schema = {
  body: {
    type: 'object',
    required: ['item', 'amount'],
    properties: { amount: { type: 'integer' } },
  },
};

/** A transaction for one request; the handler finds it on the request. */
const requestTransaction = asyncContextManager(async function* requestTransaction(
  request: FastifyRequest,
  database: string,
) {
  const client = yield* enter(connection(database));
  request.setDecorator('transaction', yield* enter(transaction(client)));
  yield;
});

function shop(database: string): FastifyInstance {
  const app = fastify();
  app.decorateRequest('transaction');
  app.addHook(
    'onRoute',
    inside((request) => requestTransaction(request, database)),
  );

  app.post<{ Body: Order }>('/orders', { schema }, async (request, reply) => {
    const { item, amount } = request.body;
    await request
      .getDecorator<Client>('transaction')
      .query('INSERT INTO orders VALUES ($1, $2)', [item, amount]);
    if (amount > 100)
      throw Object.assign(new Error(`Not enough ${item}.`), { statusCode: 409 });
    reply.code(201);
    return { ordered: item };
  });

  app.post('/hasty', async (request, reply) => {
    await request
      .getDecorator<Client>('transaction')
      .query("INSERT INTO orders VALUES ('haste', 1)");
    return reply.send({ ordered: 'haste' });
  });
  return app;
}

/** Creates the table of orders for the block; yields a function that reads it. */
const table = asyncContextManager(async function* table(database: string) {
  const client = yield* enter(connection(database));
  await client.query(
    'CREATE TABLE orders (item text UNIQUE DEFERRABLE INITIALLY DEFERRED, amount int)',
  );
  try {
    yield async () =>
      (await client.query<Order>('SELECT item FROM orders')).rows.map(
        ({ item }) => item,
      );
  } finally {
    await client.query('DROP TABLE orders');
  }
});

await scopeAsync(async function* main() {
  const database = yield* enter(postgres());
  const stored = yield* enter(table(database));
  const app = yield* enter(shop(database)); // an AsyncDisposable, which closes the server
  const url = await app.listen({ port: 0 });

  const post = async (path: string, body: object) => {
    const headers = { 'Content-Type': 'application/json' };
    const response = await fetch(url + path, {
      method: 'POST',
      headers,
      body: JSON.stringify(body),
    });
    const { message, ...answer } = (await response.json()) as { message?: string };
    console.log(`${path} ${JSON.stringify(body)}`);
    console.log(`  ${String(response.status)} ${message ?? JSON.stringify(answer)}`);
  };

  await post('/orders', { item: 'tea', amount: 2 });
  await post('/orders', { item: 'cups', amount: 200 });
  await post('/orders', { item: 'tea', amount: 1 });
  await post('/orders', { item: 'milk' });
  await post('/hasty', {});
  console.log(`stored: ${(await stored()).join(', ')}`);
});
