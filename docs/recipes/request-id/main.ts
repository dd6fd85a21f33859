import { setTimeout } from 'node:timers/promises';
import { asyncContextManager, withAsync } from 'withal';
import { logLine, requestId } from './request-id.ts';
import { server } from './server.ts';

const lines: string[] = [];

/** Logs the message with the id of its request, which isn't passed to it. */
function log(message: string): void {
  lines.push(logLine(message));
}

const connection = asyncContextManager(async function* connection() {
  await setTimeout(5);
  log('connected');
  try {
    yield;
  } finally {
    await setTimeout(5);
    log('disconnected');
  }
});

async function order(url = ''): Promise<string> {
  log(`begin ${url}`);
  await withAsync(connection(), async () => {
    await withAsync(requestId('bank'), () => pay());
    await setTimeout(5);
    log('paid');
  });
  return 'ordered';
}

async function pay(): Promise<void> {
  await setTimeout(5);
  log('ask the bank');
}

await withAsync(
  server(({ url }) => order(url)),
  async (url) => {
    const headers = (id: string) => ({ headers: { 'X-Request-Id': id } });
    await Promise.all([
      fetch(`${url}/tea`, headers('a1')),
      fetch(`${url}/milk`, headers('b2')),
    ]);
  },
);

// The lines were interleaved; print them request by request.
console.log(lines.filter((line) => line.startsWith('[a1')).join('\n'));
console.log(lines.filter((line) => line.startsWith('[b2')).join('\n'));
