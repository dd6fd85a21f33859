import { fileURLToPath } from 'node:url';

const dist = (file) => fileURLToPath(new URL(`../../dist/${file}`, import.meta.url));

export default {
  test: {
    include: ['{vitest,database}.test.ts'],
    globals: false,
    // The database starts in the first test that uses it.
    testTimeout: 30_000,
  },
  // Only needed here, because withal isn't installed as a package.
  resolve: {
    alias: { 'withal/testing': dist('testing/index.js'), withal: dist('index.js') },
  },
};
