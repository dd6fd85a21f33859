// The playground, in headless Chromium: `npm run site:check` runs it on the built site.

import assert from 'node:assert/strict';
import examples from '../playground/examples.data.mjs';
import { open, test } from './in-browser.mjs';

const body = (code) => `
import { asyncContextManager, withAsync } from 'withal';
const forever = asyncContextManager(async function* forever() { yield; });
await withAsync(forever(), async () => { ${code} });`;

for (const { id, code } of examples.load())
  test(`the example ${id} commits, rolls back, and shows the values in its comments`, async () => {
    const page = await opened(id);

    await run(page);

    assert.equal(await statusOf(page), 'Done');
    assert.match(await rowsOf(page, 'commit'), /COMMIT/);
    assert.match(await rowsOf(page, 'rollback'), /ROLLBACK/);
    const claims = [...code.matchAll(/\/\/ => (.*)/g)].map(([, value]) => squeezed(value));
    const shown = await page.locator('.log .shown').allTextContents();
    assert.deepEqual(
      shown.map(squeezed),
      claims.map((value) => `→${value}`),
    );
    assert.match(await page.locator('.timeline').getAttribute('alt'), /^Timeline of [1-9]/);
    await page.context().close();
  });

test('everything comes from the site itself, and the database only on the first run', async () => {
  const page = await opened();
  const requests = [];
  page.on('request', (request) => requests.push(request.url()));
  await page.reload({ waitUntil: 'networkidle' });
  assert.deepEqual(
    requests.filter((url) => /pglite|initdb|worker/.test(url)),
    [],
  );

  await run(page);

  assert.equal(requests.filter((url) => /pglite.*\.(wasm|data)$/.test(url)).length, 2);
  const { origin } = new URL(page.url());
  assert.deepEqual(
    requests.filter((url) => !/^(data|blob):/.test(url) && !url.startsWith(origin)),
    [],
  );
  await page.context().close();
});

test('an endless loop is drawn while it runs, and can be stopped to run the next program', async () => {
  const page = await opened();
  await write(page, body('for (;;);'));
  await page.getByRole('button', { name: 'Run' }).click();
  const first = await page.locator('.timeline').getAttribute('src');
  await page.waitForFunction((before) => globalThis.document.querySelector('.timeline').src !== before, first);

  await page.getByRole('button', { name: 'Stop' }).click();

  assert.equal(await statusOf(page), "Stopped. One block was open and wasn't torn down.");
  await write(page, '1 + 1; // => 2');
  await run(page);
  assert.equal(await rowsOf(page, 'shown'), '→2');
  await page.context().close();
});

test('an endless loop that prints can be stopped', async () => {
  const page = await opened();
  await write(page, 'for (let i = 0; ; i++) console.log(i);');
  await page.getByRole('button', { name: 'Run' }).click();
  await page.locator('.log li', { hasText: 'lines left out' }).first().waitFor();

  await page.getByRole('button', { name: 'Stop' }).click();

  assert.equal(await statusOf(page), 'Stopped.');
  await page.context().close();
});

test('a program with thousands of blocks and lines ends and is shown', async () => {
  const page = await opened();
  await write(
    page,
    `
import { contextManager, withSync } from 'withal';
const counted = contextManager(function* counted() { yield; });
for (let i = 1; i <= 3000; i++) withSync(counted(), () => console.log(i));
'end'; // => 'end'`,
  );

  await run(page);

  assert.equal(await statusOf(page), 'Done');
  assert.equal(await rowsOf(page, 'shown'), "→'end'");
  assert.ok((await page.locator('.log li').count()) <= 1000);
  assert.equal(await page.locator('.timeline').getAttribute('alt'), 'Timeline of 60 blocks');
  await page.context().close();
});

test('a failing program shows the line, the error, and its cause', async () => {
  const page = await opened();
  await write(page, `\n\nthrow new Error('no', { cause: new RangeError('why') });`);

  await page.locator('.cm-content').press('Control+Enter');

  await page.locator('.status.failed').waitFor();
  assert.equal(await statusOf(page), 'Line 3: Error: no\n  caused by RangeError: why');
  await page.context().close();
});

test("a program that doesn't parse, or imports an unknown module, says so", async () => {
  const page = await opened();
  await write(page, 'const a: number = 1;\nconst = 2;');
  await run(page);
  assert.match(await statusOf(page), /^Line 2: SyntaxError/);

  await write(page, "import fs from 'node:fs';\nfs.rmSync('/');");
  await run(page);

  assert.match(await statusOf(page), /^Line 1: Error: The playground has no node:fs\. You can import withal, /);
  await page.context().close();
});

test('it fits a phone, even with results', async () => {
  const page = await opened('failing-teardown', { viewport: { width: 390, height: 844 } });

  await run(page);

  assert.equal(await page.evaluate(() => globalThis.document.documentElement.scrollWidth), 390);
  await page.context().close();
});

test('a changed example keeps its changes until it is reset', async () => {
  const page = await opened();
  await write(page, '// mine');
  await page.getByRole('button', { name: 'Savepoints' }).click();
  assert.match(page.url(), /#savepoints$/);
  await page.getByRole('button', { name: 'A transaction' }).click();
  assert.equal(await page.locator('.cm-content').textContent(), '// mine');

  await page.getByRole('button', { name: 'Reset' }).click();

  assert.match(await page.locator('.cm-content').textContent(), /^import/);
  await page.context().close();
});

async function opened(id = 'transaction', options = {}) {
  const page = await open(options);
  await page.goto(`/playground.html#${id}`);
  await page.locator('.cm-content').waitFor();
  await page.getByLabel('in slow motion').uncheck();
  return page;
}

async function write(page, code) {
  await page.locator('.cm-content').fill(code);
}

async function run(page) {
  await page.getByRole('button', { name: 'Run' }).click();
  await page.locator('.status.done, .status.failed').waitFor();
}

function statusOf(page) {
  return page.locator('.status').textContent();
}

async function rowsOf(page, kind) {
  return (await page.locator(`.log .${kind}`).allTextContents()).join('\n');
}

function squeezed(text) {
  return text.replace(/\s+(?=[[{}\]])|(?<=[[{])\s+/g, '').trim();
}
