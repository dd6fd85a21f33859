import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { asyncContextManager, enter, withAsync } from 'withal';
import { requestId } from './request-id.ts';

type Handler = (request: IncomingMessage) => Promise<string>;

/** An HTTP server that runs each request in a block with its id; yields its URL. */
export const server = asyncContextManager(async function* server(handle: Handler) {
  const http = createServer(
    (request, response) => void answer(request, response, handle),
  ).listen(0);
  yield* enter(http); // an AsyncDisposable, which closes the server
  await once(http, 'listening');
  yield `http://localhost:${String((http.address() as AddressInfo).port)}`;
});

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  handle: Handler,
): Promise<void> {
  const id = idOf(request);
  response.setHeader('X-Request-Id', id);
  try {
    response.end(await withAsync(requestId(id), () => handle(request)));
  } catch (error) {
    response.writeHead(500).end(String(error));
  }
}

/** The id that the client sent if it is safe to log, or else a new one. */
function idOf({ headers }: IncomingMessage): string {
  const id = headers['x-request-id'];
  return typeof id === 'string' && /^[\w-]{1,64}$/.test(id) ? id : randomUUID();
}
