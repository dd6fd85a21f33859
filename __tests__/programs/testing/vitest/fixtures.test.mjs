import { describe, test as base } from 'vitest';
import { entered, fixture, shared } from 'withal/testing';
import { log, opened, sleep } from '../opened.mjs';

const test = base
  .extend({
    ...shared('folder', () => opened('folder'), 'file'),
    ...shared('cache', () => opened('cache'), 'worker'),
    ...shared('stuck', () => opened('stuck', 'teardown'), 'file'),
    ...shared('jammed', () => opened('jammed', 'teardown'), 'file'),
  })
  .extend({
    db: fixture(() => opened('db')),
    tx: fixture(({ db }) => opened(`tx of ${db}`)),
    unopened: fixture(() => opened('unopened', 'setup')),
    unclosed: fixture(({ db }) => opened(`unclosed of ${db}`, 'teardown')),
    another: fixture(({ unclosed }) => opened(`another of ${unclosed}`, 'teardown')),
  });

test('uses the folder', ({ folder }) => log(`uses ${folder}`));

test('uses the cache', ({ cache }) => log(`uses ${cache}`));

test('uses more of the file', ({ stuck, jammed }) => log(`uses ${stuck} and ${jammed}`));

test('passes', ({ tx }) => log(`passes with ${tx}`));

test('fails', ({ tx }) => {
  throw new Error('no', { cause: tx });
});

test('throws undefined', ({ db }) => {
  throw undefined;
});

test('fails softly', ({ db, expect }) => {
  expect.soft(db).toBe('no');
});

test('setup fails', ({ db, unopened }) => log('never'));

test('teardown fails', ({ another }) => log('teardown fails'));

test('both fail', ({ unclosed }) => {
  throw new Error('no');
});

test('takes too long', { timeout: 50 }, async ({ tx }) => {
  await sleep(300);
});

test('passes when it is tried again', { retry: 1 }, ({ db, unclosed, task }) => {
  if (task.result.retryCount === 0) throw new Error('once');
});

base.extend(
  'db',
  fixture(() => opened('db')),
)('is extended with a name', ({ db }) => log('never'));

base('enters', async (t) => {
  const one = await entered(t, opened('one'));
  log(`enters ${await entered(t, opened(`two of ${one}`))}`);
});

base('enters and fails', { retry: 1 }, async (t) => {
  await entered(t, opened('one', 'teardown'));
  throw new Error('no');
});

describe.concurrent('at once', () => {
  for (const name of ['a', 'b'])
    test(name, async ({ tx, task }) => {
      await sleep(task.name === 'a' ? 20 : 40);
      if (task.name === 'a') throw new Error('a failed');
    });
});
