import test, { after, afterEach } from 'node:test';
import { defineTests } from '../tests.mjs';

defineTests(
  test,
  { afterEach, afterAll: after },
  {
    timeout: (test, body) => test('takes too long', { timeout: 50 }, body),
  },
);
