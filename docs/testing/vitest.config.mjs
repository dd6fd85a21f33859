import { fileURLToPath } from 'node:url';

export default {
  test: { include: ['vitest.test.ts'], globals: false },
  // Only here, where withal is no package that was installed.
  resolve: { alias: { withal: fileURLToPath(new URL('../../dist/index.js', import.meta.url)) } },
};
