// The pages of the site, in headless Chromium: `npm run site:check` runs it on the built site.

import assert from 'node:assert/strict';
import { open, test } from './in-browser.mjs';

test('no type of page logs errors or warnings to the console', async () => {
  const page = await open();
  const complaints = [];
  page.on('console', (message) => ['error', 'warning'].includes(message.type()) && complaints.push(message.text()));
  page.on('pageerror', (error) => complaints.push(String(error)));

  for (const path of [
    '',
    'docs/generators',
    'docs/recipes/lock/',
    'docs/recipes/lock/main.ts',
    'docs/lint/yields-once',
    'api/withal/functions/all',
  ])
    await page.goto(path && !path.endsWith('/') ? `/${path}.html` : `/${path}`, { waitUntil: 'networkidle' });

  assert.deepEqual(complaints, []);
  await page.context().close();
});

test("a name's type shows while you point at it", async () => {
  const page = await open();
  await page.goto('/', { waitUntil: 'networkidle' });

  await page.locator('[data-type]', { hasText: 'transaction' }).first().hover();

  const popup = page.locator('.type-popup');
  await popup.waitFor();
  assert.match(await popup.textContent(), /^const transaction: \(this: unknown, db: PGlite\) => AsyncContextManager</);
  await page.locator('h1').hover();
  assert.equal(await popup.count(), 0);
  await page.context().close();
});

test('an excerpt of a program has types, too, even after navigation', async () => {
  const page = await open();
  await page.goto('/docs/recipes/', { waitUntil: 'networkidle' });
  await page.locator('.vp-doc').getByRole('link', { name: 'A transaction' }).first().click();
  await page.waitForURL('**/transaction/');

  await page.locator('[data-type]', { hasText: 'statements' }).first().hover();

  await page.locator('.type-popup').waitFor();
  assert.match(await page.locator('.type-popup').textContent(), /^function statements\(depth: number\)/);
  await page.context().close();
});

test("braces in a page's text stay text", async () => {
  const page = await open();

  await page.goto('/docs/lint/yields-once.html');

  assert.match(await page.locator('table').textContent(), /\{\{name\}\} can yield a second time here/);
  await page.context().close();
});

test('the copy button copies only the code', async () => {
  const page = await open({ permissions: ['clipboard-read', 'clipboard-write'] });
  await page.goto('/', { waitUntil: 'networkidle' });
  await page.locator('.language-ts').first().hover();

  await page.locator('.language-ts .copy').first().click();

  const copied = await page.evaluate(() => globalThis.navigator.clipboard.readText());
  assert.match(copied, /^import \{ asyncContextManager, withAsync \} from 'withal';\nimport \{ PGlite \}/);
  assert.match(copied, /await db\.close\(\);\s*$/);
  await page.context().close();
});

for (const [word, path] of [
  ['savepoint', 'docs/recipes/transaction/'],
  ['ERR_DID_NOT_STOP', 'docs/messages'],
  ['taskGroup', 'docs/reference'],
])
  test(`the search finds ${word}`, async () => {
    const page = await open();
    await page.goto('/', { waitUntil: 'networkidle' });
    await page.keyboard.press('Control+k');

    await page.locator('.search-input').fill(word);

    await page.locator(`.results a[href^="/${path}"]`).first().waitFor();
    await page.context().close();
  });

test('a switch makes the pages dark, and they stay dark', async () => {
  const page = await open({ colorScheme: 'light' });
  await page.goto('/', { waitUntil: 'networkidle' });
  const background = () => page.evaluate(() => globalThis.getComputedStyle(globalThis.document.body).backgroundColor);
  assert.equal(await background(), 'rgb(255, 255, 255)');

  await page.locator('.VPNavBarAppearance button').click();
  await page.goto('/docs/', { waitUntil: 'networkidle' });

  await page.waitForFunction(() => globalThis.document.documentElement.classList.contains('dark'));
  assert.notEqual(await background(), 'rgb(255, 255, 255)');
  await page.context().close();
});

test('llms.txt lists the pages, and each page links to its Markdown', async () => {
  const page = await open();
  const list = await (await page.request.get('/llms.txt')).text();
  assert.match(list, /\(\/docs\/recipes\/transaction\.md\)/);

  await page.goto('/docs/recipes/transaction/');

  const twin = await page.locator('link[type="text/markdown"]').getAttribute('href');
  assert.match(await (await page.request.get(twin)).text(), /^---[^]*# A transaction\n/);
  await page.context().close();
});

// Around these widths the layout changes: 768, 960, 1280 and 1440 px are VitePress's, 1560 px is ours.
for (const width of [390, 767, 768, 959, 960, 1279, 1280, 1439, 1440, 1559, 1560, 1920])
  test(`nothing in the bars is cut off in a window of ${width} px`, async () => {
    const page = await open({ viewport: { width, height: 900 } });
    for (const path of ['/', '/docs/recipes/', '/api/withal/functions/all.html', '/playground.html']) {
      await page.goto(path);
      assert.deepEqual(await page.evaluate(cutInBars), [], path);
    }
    await page.context().close();
  });

/** Runs in the page: what reaches beyond the sidebar, or beyond the window. */
function cutInBars() {
  const { document } = globalThis;
  const edges = new Map(
    ['.VPSidebar', '.VPNavBar', '.VPLocalNav', '.VPDocAside'].flatMap((selector) =>
      [...document.querySelectorAll(selector)].map((bar) => [bar, bar.getBoundingClientRect().left + bar.clientWidth]),
    ),
  );
  return [...edges].flatMap(([bar, edge]) =>
    [...bar.querySelectorAll('a, p, h2, button')]
      .filter((part) => part.checkVisibility({ opacityProperty: true }))
      .filter((part) => part.getBoundingClientRect().right > edge + 1)
      .map((part) => `${bar.className}: ${part.textContent.trim()}`),
  );
}
