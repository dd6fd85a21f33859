import { test as base } from '@playwright/test';
import { fixture, shared } from 'withal/testing';
import { log, opened, sleep } from '../opened.mjs';

const test = base.extend({
  ...shared('cache', () => opened('cache'), 'worker'),
  ...shared('stuck', () => opened('stuck', 'teardown'), 'worker'),
  db: fixture(() => opened('db')),
  tx: fixture(({ db }) => opened(`tx of ${db}`)),
  unopened: fixture(() => opened('unopened', 'setup')),
  unclosed: fixture(({ db }) => opened(`unclosed of ${db}`, 'teardown')),
  another: fixture(({ unclosed }) => opened(`another of ${unclosed}`, 'teardown')),
});

test('passes', ({ tx }) => log(`passes with ${tx}`));

test('fails with what the worker shares', ({ tx, cache, stuck }) => {
  log(`uses ${cache} and ${stuck}`);
  throw new Error('no', { cause: tx });
});

test('throws undefined', ({ db }) => {
  throw undefined;
});

test('setup fails', ({ db, unopened }) => log('never'));

test('teardown fails', ({ another }) => log('teardown fails'));

test('both fail', ({ unclosed }) => {
  throw new Error('no');
});

test('takes too long', async ({ tx }) => {
  test.setTimeout(150);
  await sleep(1_000);
});

test.describe('tried again', () => {
  test.describe.configure({ retries: 1 });
  test('passes the second time', ({ db }, { retry }) => {
    if (retry === 0) throw new Error('once');
  });
});
