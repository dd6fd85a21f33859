import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { asyncContextManager, closing, enter } from 'withal';

/** A server with a shop, and rooms for people; yields its URL. */
export const server = asyncContextManager(async function* server() {
  const rooms = new Map<string, Set<string>>();

  const respond: RequestListener = ({ method, url = '' }, response) => {
    const [, room = '', name = ''] = url.split('/');
    const people = rooms.get(room) ?? new Set();
    rooms.set(room, people);
    const refusal = refusals[`${String(method)} ${url}`];
    if (method === 'PUT' && !refusal) people.add(name);
    if (method === 'DELETE') people.delete(name);
    response.writeHead(refusal ? 409 : 200, { connection: 'close' });
    // A network takes a while.
    setTimeout(() => response.end(refusal ?? JSON.stringify([...people])), 20);
  };

  const http = yield* enter(closing(createServer(respond)));
  await once(http.listen(0, '127.0.0.1'), 'listening');
  yield `http://127.0.0.1:${String((http.address() as AddressInfo).port)}`;
});

const refusals: Readonly<Record<string, string>> = {
  'PUT /attic/Ada': 'The attic is full.',
  'POST /shop/gold': 'There is no more gold.',
};
