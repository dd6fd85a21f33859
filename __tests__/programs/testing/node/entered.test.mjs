import test from 'node:test';
import { entered } from 'withal/testing';
import { log, opened, sleep } from '../opened.mjs';

test('passes', async (t) => {
  const db = await entered(t, opened('db'));
  log(`passes with ${await entered(t, opened(`tx of ${db}`))}`);
});

test('fails', async (t) => {
  await entered(t, opened('db'));
  throw new Error('no');
});

test('throws undefined', async (t) => {
  await entered(t, opened('db'));
  throw undefined;
});

test('setup fails', async (t) => {
  await entered(t, opened('db'));
  await entered(t, opened('unopened', 'setup'));
});

test('teardown fails', async (t) => {
  await entered(t, opened('db'));
  await entered(t, opened('unclosed', 'teardown'));
});

test('both fail', async (t) => {
  await entered(t, opened('db'));
  await entered(t, opened('unclosed', 'teardown'));
  throw new Error('no');
});

test('takes too long', { timeout: 50 }, async (t) => {
  await entered(t, opened('db'));
  await sleep(300);
});

test('at once', { concurrency: true }, async (t) => {
  await Promise.all(
    ['a', 'b'].map((name) =>
      t.test(name, async (t) => {
        await entered(t, opened(name));
        await sleep(name === 'a' ? 20 : 40);
        if (name === 'a') throw new Error('a failed');
      }),
    ),
  );
});
