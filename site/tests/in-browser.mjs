// Tests of the built site in headless Chromium. Without a Chromium they are skipped.

import { after, before, test as nodeTest } from 'node:test';
import { builtSite, isSkipped } from '../scripts/browser.mjs';

const site = builtSite();
let openPage;

if (!isSkipped) {
  before(async () => (openPage = await site.enterAsync()));
  after(() => site.exitAsync());
}

export const test = (name, body) => nodeTest(name, { skip: isSkipped }, body);

/** Opens a page in a window of its own. */
export const open = (options) => openPage(options);
