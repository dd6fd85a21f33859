import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  aclosing,
  asyncContextManager,
  closing,
  enter,
  scopeAsync,
  withAsync,
} from 'withal';
import { crawl, type Page } from './crawler.ts';

/** The links of each page. */
const pages: Record<string, string[]> = {
  '/': ['/tea', '/sugar', '/#top'],
  '/tea': [
    '/',
    '/tea/green',
    '/tea/black',
    '/tea/red',
    '/tea/archive',
    'https://example.com/',
  ],
  '/tea/green': ['/tea', '/cups'],
  '/tea/black': ['/tea', '/cups'],
  '/cups': ['/'],
};

/**
 * Serves these pages; yields the URL. One more page never arrives, and the connection
 * of another breaks.
 */
const site = asyncContextManager(async function* site() {
  const server = createServer(({ url = '' }, response) => {
    const links = pages[url];
    if (url === '/tea/archive') return;
    if (url === '/tea/red') response.destroy();
    else if (links)
      response.setHeader('Content-Type', 'text/html').end(links.map(anchor).join('\n'));
    else response.writeHead(404).end();
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  yield* enter(server); // an AsyncDisposable, which closes the server
  // After an aborted request, fetch connects again. The server would wait for that idle
  // connection to close.
  yield* enter(closing(server, (server) => server.closeAllConnections()));
  yield `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
});

const anchor = (link: string) => `<a href="${link}">${link}</a>`;

await scopeAsync(async function* main() {
  const url = yield* enter(site());

  console.log('The first page on green tea, and the next two:');
  await withAsync(
    aclosing((signal) => crawl(url, signal)),
    async (pages) => {
      for await (const page of pages) {
        tell(page);
        if (page.url.endsWith('/green')) break;
      }
      console.log('  found');
      let more = 2;
      for await (const page of pages) {
        tell(page);
        if (--more === 0) break;
      }
    },
  );

  console.log('Every page, as long as each can be read:');
  await withAsync(
    aclosing((signal) => crawl(url, signal)),
    async (pages) => {
      for await (const page of pages) {
        tell(page);
        if (page.error) throw new Error('The site is broken.', { cause: page.error });
      }
    },
  ).catch((error: unknown) => console.log(`  ${String(error)}`));
});

function tell({ url, status, error }: Page): void {
  const { pathname } = new URL(url);
  console.log(
    `  ${pathname}: ${error instanceof Error ? error.message : String(status)}`,
  );
}
