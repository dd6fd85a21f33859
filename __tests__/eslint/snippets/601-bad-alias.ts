import { asyncContextManager as acm, withAsync as using_ } from 'withal';
export const tmpDir = acm(async function* tmpDir(prefix: string) {
  const { mkdtemp, rm } = await import('node:fs/promises');
  const dir = await mkdtemp(prefix);
  yield dir;
  await rm(dir, { recursive: true, force: true }); // !protect-teardown
});
using_(tmpDir('a'), async (d) => log(d)); // !await-blocks
