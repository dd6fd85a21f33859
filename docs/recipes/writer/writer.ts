import { randomUUID } from 'node:crypto';
import { open, realpath, rename, rm, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { asyncContextManager, closing, enter, withAsync } from 'withal';
import { ifExists } from '../suppress/suppress.ts';

/**
 * A file to write to. If the block succeeded, it replaces the file at the path;
 * otherwise it is discarded.
 */
export const writer = asyncContextManager(async function* writer(path: string) {
  const { target, mode } = await found(path);
  // It's next to the target, so on the same file system. Its name is short, even if the
  // target's is long.
  const draft = join(dirname(target), `.draft-${randomUUID()}`);
  const file = await open(draft, 'wx', mode);
  yield* enter(removedOnFailure(draft));
  yield* enter(renamedOnSuccess(draft, target));
  yield* enter(closing(file));
  // open() applied the umask to the mode.
  if (mode !== undefined) await file.chmod(mode);
  yield file;
  await file.sync();
});

/**
 * Finds where the file really is, because a link shouldn't be replaced, and the file's
 * permissions, if it exists.
 */
async function found(
  path: string,
): Promise<{ target: string; mode: number | undefined }> {
  const target = await withAsync(ifExists, () => realpath(path));
  if (target === undefined) return { target: resolve(path), mode: undefined };
  const stats = await stat(target);
  // Otherwise a device, such as /dev/null, would be replaced.
  if (!stats.isFile()) throw new Error(`What is at ${path} is not a file.`);
  return { target, mode: stats.mode & 0o777 };
}

const removedOnFailure = asyncContextManager(async function* removedOnFailure(
  path: string,
) {
  try {
    yield;
  } catch (error) {
    await rm(path, { force: true });
    throw error;
  }
});

const renamedOnSuccess = asyncContextManager(async function* renamedOnSuccess(
  from: string,
  to: string,
) {
  yield;
  await rename(from, to);
});
