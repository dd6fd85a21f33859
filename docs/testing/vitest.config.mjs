import { fileURLToPath } from 'node:url';

const dist = (file) => fileURLToPath(new URL(`../../dist/${file}`, import.meta.url));

export default {
  test: { include: ['vitest.test.ts'], globals: false },
  // Only here, where withal is no package that was installed.
  resolve: { alias: { 'withal/testing': dist('testing/index.js'), withal: dist('index.js') } },
};
