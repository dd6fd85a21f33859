import { once } from 'node:events';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { setTimeout } from 'node:timers/promises';
import {
  aclosing,
  asyncContextManager,
  closing,
  enter,
  scopeAsync,
  withAsync,
} from 'withal';
import { reading, writing } from './stream.ts';

const directory = asyncContextManager(async function* directory() {
  const path = await mkdtemp(join(tmpdir(), 'stream-'));
  try {
    yield path;
  } finally {
    await rm(path, { recursive: true });
  }
});

/**
 * A server whose responses `respond` writes; yields its URL, and how each response
 * ended.
 */
const server = asyncContextManager(async function* server() {
  const ends: Promise<string>[] = [];
  const http = createServer((request, response) => {
    ends.push(
      withAsync(writing(response), () => respond(request, response)).then(
        () => 'sent',
        String,
      ),
    );
  });
  await once(http.listen(0, '127.0.0.1'), 'listening');
  yield* enter(http); // an AsyncDisposable, which closes the server
  // After an aborted request, fetch connects again. The server would wait for that idle
  // connection to close.
  yield* enter(closing(http, (http) => http.closeAllConnections()));
  yield {
    url: `http://127.0.0.1:${String((http.address() as AddressInfo).port)}`,
    ends,
  };
});

async function respond(
  { url }: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  if (url === '/orders') {
    response.write('item,amount\n');
    throw new Error('no more orders');
  }
  while (!response.destroyed) {
    response.write('tick\n');
    await setTimeout(5);
  }
}

async function* orders(): AsyncGenerator<string> {
  yield 'tea,2\n';
  yield 'cups,4\nmilk,1\n';
}

async function* lines(chunks: AsyncIterable<string>): AsyncGenerator<string> {
  let rest = '';
  for await (const chunk of chunks) {
    const parts = (rest + chunk).split('\n');
    rest = parts.pop() ?? '';
    yield* parts;
  }
  if (rest) yield rest;
}

await scopeAsync(async function* main() {
  const folder = yield* enter(directory());
  const path = join(folder, 'orders.csv');

  console.log('Write a file:');
  await withAsync(writing(createWriteStream(path)), async (file) => {
    file.write('item,amount\n');
    await pipeline(orders(), file, { end: false });
  });
  console.log(`  ${String((await stat(path)).size)} bytes`);

  console.log('Read it:');
  await scopeAsync(async function* () {
    const chunks = yield* enter(reading<string>(createReadStream(path, 'utf8')));
    const rows = yield* enter(aclosing(lines(chunks)));
    for await (const header of rows) {
      console.log(`  ${header}`);
      break;
    }
    for await (const row of rows) {
      console.log(`  ${row}`);
      if (row.startsWith('cups')) break;
    }
  });

  console.log("A file that can't be opened:");
  await withAsync(writing(createWriteStream(folder)), (file) => {
    file.write('item,amount\n');
  }).catch(tell);

  console.log('A response that breaks off because its block throws:');
  const { url, ends } = yield* enter(server());
  const text = fetch(`${url}/orders`).then((response) => response.text());
  console.log(`  the client: ${await text.catch(() => 'an incomplete response')}`);
  console.log(`  the server: ${String(await ends[0])}`);

  console.log('A response without end:');
  const { body } = await fetch(`${url}/ticks`);
  await withAsync(aclosing(body ?? []), async (chunks) => {
    await readOne(chunks);
    await readOne(chunks);
  });
  console.log(`  the server: ${String(await ends[1])}`);
});

async function readOne(chunks: AsyncIterable<Uint8Array>): Promise<void> {
  for await (const chunk of chunks) {
    console.log(`  the client: ${Buffer.from(chunk).toString('utf8', 0, 4)}`);
    return;
  }
}

function tell(error: unknown): void {
  console.log(`  ${String(error)}`);
}
