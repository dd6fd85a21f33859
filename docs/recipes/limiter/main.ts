import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { asyncContextDecorator, enter, scopeAsync, timeout, withAsync } from 'withal';
import { limiter } from './limiter.ts';

await scopeAsync(async function* main() {
  let served = 0;
  const server = createServer((_request, response) => {
    served += 1;
    response.end();
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  yield* enter(server); // an AsyncDisposable, which closes the server
  const { port } = server.address() as AddressInfo;

  const limit = limiter({ entries: 2, interval: 100 });

  const get = asyncContextDecorator(limit())(async (path: string) => {
    const time = performance.now() - start;
    const { status } = await fetch(`http://127.0.0.1:${String(port)}${path}`);
    return `${path} started after ${time.toFixed()} ms: ${String(status)}`;
  });

  console.log('Five requests at the same time, at most two within 100 ms:');
  const start = performance.now();
  const lines = ['/1', '/2', '/3', '/4', '/5'].map((path) => get(path));
  for (const line of await Promise.all(lines)) console.log(`  ${line}`);

  console.log('A block that gives up waiting:');
  const patient = limiter({ entries: 1, interval: 60_000 });
  await withAsync(patient(), () => console.log('  begun'));
  await withAsync(timeout(20), (signal) =>
    withAsync(patient({ signal }), () => console.log('  begun')),
  ).catch(tell);

  console.log(`${String(served)} requests were made.`);
});

function tell(error: unknown): void {
  console.log(`  ${String(error)}`);
}
