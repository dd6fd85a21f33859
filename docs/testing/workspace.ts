import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { asyncContextManager } from 'withal';

/** A temporary directory for a test. If the test fails, it is kept for inspection. */
export const workspace = asyncContextManager(async function* workspace() {
  const path = await mkdtemp(join(tmpdir(), 'workspace-'));
  try {
    yield path;
  } catch (error) {
    console.log(`kept: ${path}`);
    throw error;
  }
  await rm(path, { recursive: true });
});
