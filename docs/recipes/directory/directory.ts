import { mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { resolve } from 'node:path';
import { asyncContextManager } from 'withal';

export interface Options {
  /**
   * What the path begins with: a name in the system's temporary directory, or an
   * absolute path.
   */
  readonly prefix?: string;
  /** What to do with the directory if the block failed. By default, remove it. */
  readonly onFailure?: (path: string) => unknown;
}

/**
 * A temporary directory; yields its path. Removes it after the block, with everything
 * in it.
 */
export const directory = asyncContextManager(async function* directory(
  options: Options = {},
) {
  const { prefix = 'directory-', onFailure = remove } = options;
  // If the temporary directory is a symlink, as on macOS, process.cwd() inside it would
  // return another path.
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
  // On Windows, a virus scanner may have a file open for a moment, so try again.
  await rm(path, { recursive: true, force: true, maxRetries: 3 });
}
