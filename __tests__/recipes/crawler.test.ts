import { once } from 'node:events';
import { createServer, type RequestListener, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { crawl, type Page } from '../../docs/recipes/crawler/crawler.ts';
import { aclosing, AsyncExitStack, asyncContextManager, enter, timeout, withAsync } from '../../lib/index.ts';

/** A page's links, or the handler that answers for it. */
type Content = readonly string[] | RequestListener;

interface Site {
  readonly url: string;
  /** The requested paths. */
  readonly requests: string[];
}

const site = asyncContextManager(async function* site(pages: Record<string, Content>) {
  const requests: string[] = [];
  const server = createServer((request, response) => {
    const { url = '' } = request;
    requests.push(url);
    const content = pages[url];
    if (typeof content === 'function') content(request, response);
    else if (content) html(response, content);
    else html(response.writeHead(404, { 'Content-Type': 'text/html' }), ['/below-404']);
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  yield* enter(server);
  const made: Site = {
    url: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`,
    requests,
  };
  yield made;
  server.closeAllConnections();
});

function html(response: ServerResponse, links: readonly string[]): void {
  if (!response.headersSent) response.setHeader('Content-Type', 'text/html; charset=utf-8');
  response.end(links.map((link) => `<p><a class="link" href="${link}">to ${link}</a></p>`).join('\n'));
}

/** A page that never gets a response. */
class Held {
  readonly arrived: Promise<ServerResponse>;
  /** Its client has left. */
  readonly left: Promise<unknown>;
  readonly answer: RequestListener;

  constructor() {
    let arrive: (response: ServerResponse) => void;
    this.arrived = new Promise((resolve) => (arrive = resolve));
    this.left = this.arrived.then((response) => once(response, 'close'));
    this.answer = (_request, response) => arrive(response);
  }

  /** A page that comes only after this one was requested. */
  before(links: readonly string[]): RequestListener {
    return (_request, response) => void this.arrived.then(() => html(response, links));
  }
}

let stack: AsyncExitStack;
let held: Held;

beforeEach(() => {
  stack = new AsyncExitStack();
  held = new Held();
});

afterEach(() => stack.exitAsync());

const open = (pages: Record<string, Content>) => stack.enterContext(site(pages));

const pathOf = ({ url }: Page) => new URL(url).pathname;

async function pathsOf(pages: AsyncIterable<Page>): Promise<string[]> {
  const paths: string[] = [];
  for await (const page of pages) paths.push(pathOf(page));
  return paths;
}

/** Reads on until that page. */
async function until(path: string, pages: AsyncIterable<Page>): Promise<void> {
  for await (const page of pages) if (pathOf(page) === path) return;
}

const all = (url: string, concurrency?: number) =>
  withAsync(
    aclosing((signal) => crawl(url, signal, concurrency)),
    pathsOf,
  );

async function first(url: string, path: string): Promise<Page | undefined> {
  return withAsync(
    aclosing((signal) => crawl(url, signal)),
    async (pages) => {
      for await (const page of pages) if (pathOf(page) === path) return page;
      return undefined;
    },
  );
}

const failure = new Error('no');

const errorOf = (promise: Promise<unknown>) =>
  promise.then(
    () => 'no error',
    (error: unknown) => error,
  );

describe('a crawler', () => {
  it('yields each page once, the nearest first', async () => {
    const { url, requests } = await open({
      '/': ['/a', '/b', '/a', '/#top', './a?page=2#here'],
      '/a': ['/', '/c', 'd'],
      '/a?page=2': [],
      '/b': ['/b', '/e', 'mailto:someone@example.com', 'https://example.com/', 'http://['],
      '/c': ['/a', '/b'],
      '/d': ['/f'],
      '/e': [],
      '/f': ['/'],
    });
    const expected = ['/', '/a', '/b', '/a', '/c', '/d', '/e', '/f'];
    expect(await all(url)).toEqual(expected);
    expect([...requests].sort()).toEqual(['/', '/a', '/a?page=2', '/b', '/c', '/d', '/e', '/f']);
    expect(await all(`${url}/#top`, 1)).toEqual(expected);
  });

  it.each([1, 2, 4])('reads %i at a time', async (concurrency) => {
    const links = ['/1', '/2', '/3', '/4', '/5', '/6'];
    let running = 0;
    let most = 0;
    const counted: RequestListener = (_request, response) => {
      most = Math.max(most, ++running);
      setImmediate(() => {
        running--;
        html(response, []);
      });
    };
    const { url } = await open({ '/': links, ...Object.fromEntries(links.map((link) => [link, counted])) });
    expect(await all(url, concurrency)).toEqual(['/', ...links]);
    expect(most).toBeGreaterThan(0);
    expect(most).toBeLessThanOrEqual(concurrency);
  });

  it('has the HTML of each, and its links', async () => {
    const { url } = await open({ '/': ['/a', '/a'], '/a': [] });
    const page = await first(url, '/');
    expect(page).toMatchObject({ url: `${url}/`, status: 200, links: [`${url}/a`] });
    expect(page?.html).toContain('to /a');
    expect(page).not.toHaveProperty('error');
  });

  it('requests nothing if nothing is read', async () => {
    const { url, requests } = await open({ '/': [] });
    await withAsync(
      aclosing((signal) => crawl(url, signal)),
      () => {},
    );
    expect(requests).toEqual([]);
  });

  it('aborts the requests in flight if it is left early, and starts no others', async () => {
    const { url, requests } = await open({ '/': ['/a', '/held'], '/a': held.before(['/b']), '/held': held.answer });
    expect(await first(url, '/a')).toMatchObject({ status: 200 });
    await held.left;
    expect(requests.sort()).toEqual(['/', '/a', '/held']);
  });

  it('continues in a second loop', async () => {
    const { url, requests } = await open({ '/': ['/a', '/b', '/c'], '/a': ['/d'], '/b': [], '/c': [], '/d': ['/'] });
    await withAsync(
      aclosing((signal) => crawl(url, signal)),
      async (pages) => {
        await until('/', pages);
        await setTimeout(10, 'nothing begins between two loops');
        expect(requests).toEqual(['/']);
        await until('/a', pages);
        await until('/b', pages);
        expect(await pathsOf(pages)).toEqual(['/c', '/d']);
        expect(await pathsOf(pages)).toEqual([]);
      },
    );
    expect(requests.sort()).toEqual(['/', '/a', '/b', '/c', '/d']);
  });

  it("ends if the block doesn't wait for the next page", async () => {
    const { url } = await open({ '/': ['/held'], '/held': held.answer });
    let next: Promise<IteratorResult<Page>> | undefined;
    await withAsync(
      aclosing((signal) => crawl(url, signal)),
      async (pages) => {
        await pages.next();
        next = pages.next();
        next.catch(() => {});
        await held.arrived;
      },
    );
    await held.left;
    await expect(next).rejects.toThrow('aborted');
  });

  it.each([failure, undefined, null, 0, ''])('aborts if the block throws %p, and rethrows that', async (thrown) => {
    const { url, requests } = await open({ '/': ['/a', '/held'], '/a': held.before(['/b']), '/held': held.answer });
    const block = withAsync(
      aclosing((signal) => crawl(url, signal)),
      async (pages) => {
        await until('/a', pages);
        throw thrown;
      },
    );
    expect(await errorOf(block)).toBe(thrown);
    await held.left;
    expect(requests.sort()).toEqual(['/', '/a', '/held']);
  });

  it('is closed once, however often it is left', async () => {
    const { url } = await open({ '/': ['/a', '/b'], '/a': [], '/b': [] });
    const log: string[] = [];
    async function* logged(signal: AbortSignal) {
      signal.addEventListener('abort', () => log.push('aborted'));
      try {
        yield* crawl(url, signal);
      } finally {
        log.push('closed');
      }
    }
    await withAsync(aclosing(logged), async (pages) => {
      await until('/', pages);
      await until('/a', pages);
      log.push('left');
    });
    expect(log.splice(0)).toEqual(['left', 'aborted', 'closed']);

    await withAsync(aclosing(logged), pathsOf);
    expect(log).toEqual(['closed']);
  });

  it("keeps the block's error if closing fails too", async () => {
    const { url } = await open({ '/': [] });
    const closing = new Error('closing');
    async function* failing(signal: AbortSignal) {
      try {
        yield* crawl(url, signal);
      } finally {
        throw closing;
      }
    }
    const block = withAsync(aclosing(failing), async (pages) => {
      await until('/', pages);
      throw failure;
    });
    expect(await errorOf(block)).toBe(closing);
    expect(closing.cause).toBe(failure);
  });

  it('can run many times, concurrently too', async () => {
    const { url } = await open({ '/': ['/a'], '/a': [] });
    const pages = aclosing((signal) => crawl(url, signal));
    expect(await Promise.all([withAsync(pages, pathsOf), withAsync(pages, pathsOf)])).toEqual([
      ['/', '/a'],
      ['/', '/a'],
    ]);
  });

  it('ends with the error of another signal', async () => {
    const { url } = await open({ '/': ['/a', '/held'], '/a': held.before([]), '/held': held.answer });
    const block = withAsync(timeout(50), (limit) =>
      withAsync(
        aclosing((signal) => crawl(url, AbortSignal.any([signal, limit]))),
        pathsOf,
      ),
    );
    expect(await errorOf(block)).toMatchObject({ name: 'TimeoutError' });
  });

  it('waits for the requests in flight if a plain loop is left', async () => {
    const { url } = await open({ '/': ['/a', '/held'], '/a': held.before([]), '/held': held.answer });
    const log: string[] = [];
    const left = until('/a', crawl(url, new AbortController().signal)).then(() => log.push('left'));
    const response = await held.arrived;
    log.push('answered');
    html(response, []);
    await left;
    expect(log).toEqual(['answered', 'left']);
  });
});

describe('a page', () => {
  it("has an error status, and its links aren't followed", async () => {
    const { url, requests } = await open({ '/': ['/missing', '/a'], '/a': [] });
    expect(await first(url, '/missing')).toMatchObject({ status: 404, links: [] });
    expect(await all(url)).toEqual(['/', '/missing', '/a']);
    expect(requests).not.toContain('/below-404');
  });

  it('has an error if the connection breaks, and the crawl continues', async () => {
    const { url } = await open({
      '/': ['/broken', '/half', '/a'],
      '/broken': (_request, response) => response.destroy(),
      '/half': (_request, response) => {
        response.writeHead(200, { 'Content-Type': 'text/html', 'Content-Length': 100 });
        response.write('<a href="/never">', () => response.destroy());
      },
      '/a': [],
    });
    expect(await first(url, '/broken')).toMatchObject({ html: '', links: [], error: { name: 'TypeError' } });
    expect(await first(url, '/half')).toMatchObject({ html: '', links: [], error: { name: 'TypeError' } });
    expect(await all(url)).toEqual(['/', '/broken', '/half', '/a']);
  });

  it('has an error if there is no server', async () => {
    const { url } = await open({ '/': [] });
    await stack.exitAsync();
    const page = await first(url, '/');
    expect(page).toMatchObject({ url: `${url}/`, links: [], error: { cause: { code: 'ECONNREFUSED' } } });
    expect(page).not.toHaveProperty('status');
  });

  it('is a link if it is a redirect', async () => {
    const { url, requests } = await open({
      '/': ['/old', '/away'],
      '/old': (_request, response) => response.writeHead(301, { Location: '/new' }).end(),
      '/away': (_request, response) => response.writeHead(302, { Location: 'https://example.com/' }).end(),
      '/new': ['/'],
    });
    expect(await first(url, '/old')).toMatchObject({ status: 301, html: '', links: [`${url}/new`] });
    expect(await all(url)).toEqual(['/', '/old', '/away', '/new']);
    expect(requests.filter((path) => path === '/new')).toHaveLength(1);
  });

  it("isn't read if it isn't HTML", async () => {
    const { url } = await open({
      '/': ['/film', '/a'],
      '/film': (request, response) => {
        held.answer(request, response);
        response.writeHead(200, { 'Content-Type': 'video/mp4' }).write('and so on');
      },
      '/a': [],
    });
    expect(await all(url)).toEqual(['/', '/film', '/a']);
    await held.left;
  });
});
