import { afterAll, afterEach, it, jest } from '@jest/globals';
import { withFixtures } from 'withal/testing';
import { opened, sleep } from '../opened.mjs';

const makes = { file: [() => opened('file'), { scope: 'file' }], one: ({ file }) => opened(`one of ${file}`) };
const test = withFixtures(it, makes, { afterEach, afterAll });

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
