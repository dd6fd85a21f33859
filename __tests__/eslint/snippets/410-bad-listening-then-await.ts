import { asyncContextManager } from 'withal';

import { createServer } from 'node:http';
import { once } from 'node:events';
export const m = asyncContextManager(async function* m(port: number, url: string) {
  const server = createServer();
  server.listen(port);
  await once(server, 'listening');
  const client = await makePool(url).connect(); // !no-leaky-setup
  try {
    yield { server, client };
  } finally {
    client.release();
    server.close();
  }
});
export {};
