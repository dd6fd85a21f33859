import { defineTests } from '../tests.mjs';

const { afterAll, afterEach } = Deno.test;

defineTests(Deno.test, { afterEach, afterAll }, {});
