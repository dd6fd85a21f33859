import { afterAll, afterEach, test } from 'bun:test';
import { defineTests } from '../tests.mjs';

defineTests(test, { afterEach, afterAll }, { each: true, timeout: (test, body) => test('takes too long', body, 50) });
