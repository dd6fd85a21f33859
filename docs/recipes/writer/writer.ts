import { randomUUID } from 'node:crypto';
import { open, realpath, rename, rm, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { asyncContextManager, closing, enter, withAsync } from 'withal';
import { ifExists } from '../suppress/suppress.ts';

/** A file to write to. If the block succeeded, it takes the place of the one at the path; and else it is discarded. */
export const writer = asyncContextManager(async function* writer(path: string) {
  const { target, mode } = await found(path);
  // Beside the target, and so on the same file system; under a name that is short, however long that of the target is.
  const draft = join(dirname(target), `.draft-${randomUUID()}`);
  const file = await open(draft, 'wx', mode);
  yield* enter(removedOnFailure(draft));
  yield* enter(renamedOnSuccess(draft, target));
  yield* enter(closing(file));
  // The mode that a file is opened with is narrowed by the umask, and that of the target was not.
  if (mode !== undefined) await file.chmod(mode);
  yield file;
  await file.sync();
});

/** Where the file really is, for a link is not to be replaced; and its permissions, if it is there. */
async function found(path: string): Promise<{ target: string; mode: number | undefined }> {
  const target = await withAsync(ifExists, () => realpath(path));
  if (target === undefined) return { target: resolve(path), mode: undefined };
  const stats = await stat(target);
  // A device, such as /dev/null, would be replaced as well.
  if (!stats.isFile()) throw new Error(`What is at ${path} is not a file.`);
  return { target, mode: stats.mode & 0o777 };
}

const removedOnFailure = asyncContextManager(async function* removedOnFailure(path: string) {
  try {
    yield;
  } catch (error) {
    await rm(path, { force: true });
    throw error;
  }
});

const renamedOnSuccess = asyncContextManager(async function* renamedOnSuccess(from: string, to: string) {
  yield;
  await rename(from, to);
});
