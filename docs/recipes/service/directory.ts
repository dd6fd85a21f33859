import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { asyncContextManager, enter } from 'withal';
import { trace } from './trace.ts';

/** A temporary directory; yields its path. */
export const directory = asyncContextManager(async function* directory(prefix: string) {
  yield* enter(trace('directory'));
  const path = await mkdtemp(join(tmpdir(), prefix));
  try {
    yield path;
  } finally {
    await rm(path, { recursive: true });
  }
});
