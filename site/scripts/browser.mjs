// The built site in headless Chromium (Debian's chromium, or the path in CHROMIUM).

import { existsSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import process from 'node:process';
import { chromium } from 'playwright';
import sirv from 'sirv';
import { asyncContextManager, enter } from 'withal';
import { site } from '../.vitepress/pages.mjs';

const executablePath = process.env.CHROMIUM ?? '/usr/bin/chromium';

/** Why a check in the browser is skipped, or `false`. */
export const isSkipped = existsSync(executablePath) ? false : `there is no Chromium at ${executablePath}`;

const server = asyncContextManager(async function* server() {
  const listening = createServer(sirv(join(site, 'dist')));
  await new Promise((resolve) => listening.listen(0, '127.0.0.1', resolve));
  try {
    yield `http://127.0.0.1:${listening.address().port}`;
  } finally {
    listening.closeAllConnections();
    await new Promise((resolve) => listening.close(resolve));
  }
});

const browser = asyncContextManager(async function* browser() {
  const launched = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu'] });
  try {
    yield launched;
  } finally {
    await launched.close();
  }
});

/** Passes on a function that opens a page in its own window. */
export const builtSite = asyncContextManager(async function* builtSite() {
  const baseURL = yield* enter(server());
  const chrome = yield* enter(browser());
  yield async (options = {}) => (await chrome.newContext({ baseURL, ...options })).newPage();
});
