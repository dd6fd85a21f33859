import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import { Pool } from 'undici';
import { asyncContextManager, enter, scopeAsync, timeout, withAsync } from 'withal';
import { response, session } from './session.ts';

/** Serves words of any length; it never responds to a POST. */
const dictionary = asyncContextManager(async function* dictionary() {
  const connections: Promise<unknown>[] = [];
  const server = createServer(answer).on('connection', (socket) => {
    connections.push(new Promise((closed) => socket.on('close', closed)));
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  yield* enter(server); // an AsyncDisposable, which closes the server
  yield {
    origin: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`,
    connections,
  };
});

function answer({ method, url = '' }: IncomingMessage, response: ServerResponse): void {
  const [, word, length] = url.split('/');
  if (method === 'POST') return;
  if (word === 'nothing') response.writeHead(404).end('There is no such word.');
  else response.end(word?.repeat(Number(length ?? 1)));
}

const get = (path: string) => ({ method: 'GET' as const, path });

await scopeAsync(async function* main() {
  const { origin, connections } = yield* enter(dictionary());

  console.log('Three responses, the second unread:');
  await withAsync(session(origin, { connections: 1 }), async (pool) => {
    for (const path of ['/tea', '/nothing', '/milk']) {
      await withAsync(response(pool, get(path)), async ({ statusCode, body }) => {
        console.log(
          `  ${path}: ${statusCode === 200 ? await body.text() : String(statusCode)}`,
        );
      });
    }
  });
  await tellClosed(connections);

  console.log('A long response left unread:');
  await withAsync(session(origin, { connections: 1 }), async (pool) => {
    await withAsync(response(pool, get('/tea/1000000')), ({ statusCode }) =>
      console.log(`  ${String(statusCode)}`),
    );
    await withAsync(response(pool, get('/milk')), async ({ body }) =>
      console.log(`  ${await body.text()}`),
    );
  });
  await tellClosed(connections);

  console.log('A block that throws while a request is in flight:');
  await withAsync(session(origin), async (pool) => {
    const never = withAsync(
      response(pool, { method: 'POST', path: '/tea' }),
      () => undefined,
    );
    never.catch(tell);
    await withAsync(response(pool, get('/nothing')), async ({ body }) => {
      throw new Error(await body.text());
    });
  }).catch(tell);
  await tellClosed(connections);

  console.log('A request that takes too long:');
  await withAsync(timeout(20), (signal) =>
    withAsync(session(origin), (pool) =>
      withAsync(response(pool, { method: 'POST', path: '/tea', signal }), ({ body }) =>
        body.text(),
      ),
    ),
  ).catch(tell);

  console.log('A long response left unread, without response():');
  const pool = new Pool(origin);
  const { body } = await pool.request(get('/tea/1000000'));
  const closed = pool.close().then(() => '  closed');
  console.log(
    await Promise.race([closed, setTimeout(100, '  still waiting after 100 ms')]),
  );
  await body.dump();
  console.log(await closed);
});

async function tellClosed(connections: Promise<unknown>[]): Promise<void> {
  await Promise.all(connections);
  console.log(`  connections: ${String(connections.splice(0).length)}, closed`);
}

function tell(error: unknown): void {
  console.log(`  ${String(error)}`);
}
