import { afterAll, afterEach, it } from '@jest/globals';
import { defineTests } from '../tests.mjs';

defineTests(it, { afterEach, afterAll }, { each: true, timeout: (test, body) => test('takes too long', body, 50) });
