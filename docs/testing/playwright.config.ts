import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defineConfig } from '@playwright/test';

export default defineConfig({
  testMatch: 'playwright.test.ts',
  reporter: 'line',
  outputDir: join(tmpdir(), 'withal-playwright'),
  preserveOutput: 'never',
});
