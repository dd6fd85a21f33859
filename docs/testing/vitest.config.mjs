import { fileURLToPath } from 'node:url';

const dist = (file) => fileURLToPath(new URL(`../../dist/${file}`, import.meta.url));

export default {
  test: { include: ['vitest.test.ts'], globals: false },
  // Only needed here, because withal isn't installed as a package.
  resolve: {
    alias: { 'withal/testing': dist('testing/index.js'), withal: dist('index.js') },
  },
};
