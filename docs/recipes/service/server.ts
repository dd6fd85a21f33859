import { once } from 'node:events';
import {
  createServer,
  STATUS_CODES,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import { asyncContextManager, closing, enter, withAsync } from 'withal';
import { requestId } from '../request-id/request-id.ts';
import { trace } from './trace.ts';

/** Returns what to send as JSON. */
export type Handler = (request: IncomingMessage) => Promise<unknown>;

/** A handler throws this to answer with a status other than 500. */
export class HttpError extends Error {
  readonly status: number;

  constructor(status: number, message = STATUS_CODES[status]) {
    super(message);
    this.status = status;
  }
}

/**
 * An HTTP server; yields its URL. After the block, it accepts nothing more, and waits
 * for the running requests.
 */
export const server = asyncContextManager(async function* server(
  port: number,
  handle: Handler,
) {
  yield* enter(trace('server'));

  // Requests whose clients are gone may still be running when the server has closed.
  const running = yield* enter(
    closing(new Set<Promise<void>>(), (running) => Promise.all(running)),
  );
  const http = createServer((request, response) => {
    const answered = answer(http, request, response, handle).finally(() =>
      running.delete(answered),
    );
    running.add(answered);
  });

  await once(http.listen(port), 'listening');
  yield* enter(http); // an AsyncDisposable, which closes the server

  yield `http://localhost:${String((http.address() as AddressInfo).port)}`;
});

/** One request, under its id. */
const handling = asyncContextManager(async function* handling(
  id: string,
  { method = '', url = '' }: IncomingMessage,
) {
  yield* enter(requestId(id));
  yield* enter(trace(`${method} ${url}`));
  yield;
});

let lastId = 0;

async function answer(
  http: Server,
  request: IncomingMessage,
  response: ServerResponse,
  handle: Handler,
) {
  const id = String((lastId += 1));
  let status = 200;
  let result: unknown;
  try {
    result = await withAsync(handling(id, request), () => handle(request));
  } catch (error) {
    const known = error instanceof HttpError ? error : new HttpError(500);
    if (known !== error) console.error(`[${id}]`, error);
    status = known.status;
    result = { error: known.message };
  }
  // A closing server waits for its connections, so don't keep any alive for another
  // request.
  if (!http.listening) response.setHeader('Connection', 'close');
  const headers = { 'Content-Type': 'application/json', 'X-Request-Id': id };
  response.writeHead(status, headers).end(JSON.stringify(result));
}
