import { afterAll, afterEach, it, jest } from '@jest/globals';
import { withFixtures } from 'withal/testing';
import { defineTests } from '../tests.mjs';
import { opened, sleep } from '../opened.mjs';

const hooks = { afterEach, afterAll };

defineTests(it, hooks, { each: true, timeout: (test, body) => test('takes too long', body, 50) });

const test = withFixtures(it, { one: ({}) => opened('one') }, hooks);

jest.retryTimes(1);
let tries = 0;

test('passes when it is tried again', async ({ one }) => {
  tries += 1;
  if (tries === 1) throw new Error('once');
});

test.concurrent('a', async ({ one }) => {
  await sleep(20);
  throw new Error('a failed');
});

test.concurrent('b', async ({ one }) => sleep(40));
