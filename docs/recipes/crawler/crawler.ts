/** What came back for one address. */
export interface Page {
  readonly url: string;
  /** The status of the response, if there was one. */
  readonly status?: number;
  /** Empty if the response was not HTML. */
  readonly html: string;
  /** The addresses on the same server that it links to, each once. */
  readonly links: readonly string[];
  /** Why the page could not be read. */
  readonly error?: unknown;
}

/**
 * Yields each page of a site once, those that are fewer links away first. It reads
 * up to `concurrency` pages at a time; the signal aborts the requests in flight.
 */
export async function* crawl(
  start: string,
  signal: AbortSignal,
  concurrency = 4,
): AsyncGenerator<Page, void, void> {
  const waiting = [absolute(start)];
  const known = new Set(waiting);
  const reading: Promise<Page>[] = [];
  try {
    for (;;) {
      reading.push(
        ...waiting
          .splice(0, concurrency - reading.length)
          .map((url) => read(url, signal)),
      );
      const page = await reading.shift();
      if (!page) return;
      signal.throwIfAborted();
      const found = page.links.filter((link) => !known.has(link));
      for (const link of found) known.add(link);
      waiting.push(...found);
      yield page;
    }
  } finally {
    await Promise.all(reading);
  }
}

/** Never rejects, because it might do so before anyone asks for the page. */
async function read(url: string, signal: AbortSignal): Promise<Page> {
  try {
    // A redirect is one more link: its target may be known already, or be on another
    // server.
    const response = await fetch(url, { signal, redirect: 'manual' });
    const html = await htmlOf(response);
    return { url, status: response.status, html, links: linksOf(url, response, html) };
  } catch (error) {
    return { url, html: '', links: [], error };
  }
}

async function htmlOf(response: Response): Promise<string> {
  const isHtml = response.headers.get('Content-Type')?.startsWith('text/html');
  if (isHtml) return response.text();
  // An unread body would hold its connection.
  await response.body?.cancel();
  return '';
}

function linksOf(url: string, { ok, headers }: Response, html: string): string[] {
  const hrefs = [...html.matchAll(/<a\s[^>]*?href="([^"]*)"/gi)].map(
    ([, href = '']) => href,
  );
  const location = headers.get('Location');
  // An error page may link to more and more error pages.
  const followed = ok ? hrefs : location ? [location] : [];
  const links = followed
    .filter((href) => URL.canParse(href, url))
    .map((href) => absolute(href, url));
  return [...new Set(links)].filter(
    (link) => new URL(link).origin === new URL(url).origin,
  );
}

/** Drops the fragment, which is a place on the same page. */
function absolute(href: string, base?: string): string {
  const url = new URL(href, base);
  url.hash = '';
  return url.href;
}
