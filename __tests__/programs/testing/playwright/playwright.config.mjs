import { join } from 'node:path';

export default {
  testDir: import.meta.dirname,
  testMatch: '*.spec.mjs',
  // Playwright empties this folder before it begins: it must be its own, whatever the environment says.
  outputDir: join(import.meta.dirname, 'test-results'),
  workers: 1,
  reporter: [['json', { outputFile: process.env.REPORT }]],
};
