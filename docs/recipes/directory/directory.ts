import { mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { resolve } from 'node:path';
import { asyncContextManager } from 'withal';

export interface Options {
  /** What its path begins with: a name in the directory for temporary files, or an absolute path. */
  readonly prefix?: string;
  /** What becomes of the directory if the block failed. It is removed if nothing is said. */
  readonly onFailure?: (path: string) => unknown;
}

/** A temporary directory; gives its path. After the block it is removed, with everything in it. */
export const directory = asyncContextManager(async function* directory(options: Options = {}) {
  const { prefix = 'directory-', onFailure = remove } = options;
  // Where the directory for temporary files is a link, as on macOS, process.cwd() in it would give another path.
  const path = await mkdtemp(resolve(await realpath(tmpdir()), prefix));
  try {
    yield path;
  } catch (error) {
    await onFailure(path);
    throw error;
  }
  await remove(path);
});

async function remove(path: string): Promise<void> {
  // On Windows, where a file can be in use by a virus scanner for a moment, it helps to try again.
  await rm(path, { recursive: true, force: true, maxRetries: 3 });
}
