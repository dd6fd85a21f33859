import { withFixtures } from 'withal/testing';
import { log, opened, sleep } from './opened.mjs';

/** The tests for runners without fixtures of their own. */
export function defineTests(runner, hooks, { timeout, each }) {
  const test = withFixtures(
    runner,
    {
      folder: [() => opened('folder'), { scope: 'file' }],
      cache: [({ folder }) => opened(`cache in ${folder}`, 'teardown'), { scope: 'file' }],
      db: () => opened('db'),
      tx: ({ db }) => opened(`tx of ${db}`),
      unopened: () => opened('unopened', 'setup'),
      unclosed: ({ db }) => opened(`unclosed of ${db}`, 'teardown'),
    },
    hooks,
  );

  test('passes', ({ tx, cache }) => log(`passes with ${tx} and ${cache}`));

  test('fails', async ({ tx }) => {
    throw new Error('no', { cause: tx });
  });

  test('throws undefined', async ({ db }) => {
    throw undefined;
  });

  test('setup fails', ({ db, unopened }) => log('never'));

  test('teardown fails', ({ unclosed }) => log('teardown fails'));

  test('both fail', async ({ unclosed }) => {
    throw new Error('no');
  });

  if (timeout) timeout(test, async ({ tx }) => sleep(300));

  if (each)
    test.each([
      [1, 2],
      [3, 4],
    ])('adds %i and %i', ({ db }, a, b) => log(`${db} adds ${a + b}`));

  const more = withFixtures(test, { tx: ({ tx, folder }) => opened(`more of ${tx} in ${folder}`) });

  more('takes more', ({ tx }) => log(`takes ${tx}`));
}
