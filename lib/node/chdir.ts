import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { isObject } from '../support/describe.ts';
import { contextManager } from '../context-manager.ts';
import { notPath } from '../support/messages.ts';
import type { ContextManager } from '../protocol.ts';

/** The part of a `URL` that this needs, because DOM or Node types may be missing. */
export interface FileUrl {
  /** The URL as text. */
  readonly href: string;
  /** `'file:'`. */
  readonly protocol: string;
}

/**
 * Returns a manager that changes the current directory of the process, and changes back to the previous one afterwards,
 * however the block ended: Python's `contextlib.chdir`.
 *
 * It's equivalent to this:
 *
 * ```ts no-run: the equivalent
 * const previous = process.cwd();
 * process.chdir(path);
 * try {
 *   return await body();
 * } finally {
 *   process.chdir(previous);
 * }
 * ```
 *
 * The current directory applies to the whole process: code that runs at the same time as the block sees it too.
 * Overlapping blocks must end in reverse order, as nested ones do. If two of them end in the order in which they began,
 * the second one leaves the process in the directory of the first. A worker thread can't change the directory.
 *
 * @param path - the path or the `file:` URL of a directory; a relative path is resolved when the block is entered
 * @returns a manager that you can use many times, even inside itself
 * @throws TypeError if `path` is neither a string nor a `file:` URL
 * @throws whatever `process.chdir` throws, on entry, if there is no such directory
 *
 * @example
 * ```ts
 * import { withSync } from 'withal';
 * import { chdir } from 'withal/node';
 *
 * const before = process.cwd();
 *
 * withSync(chdir('/'), () => process.cwd() === before); // => false
 * process.cwd() === before; // => true
 * ```
 */
export function chdir(path: string | FileUrl): ContextManager<undefined> {
  return changed(pathOf(path));
}

const changed = contextManager(function* chdir(path: string) {
  const previous = process.cwd();
  process.chdir(path);
  try {
    yield undefined;
  } finally {
    process.chdir(previous);
  }
});

function pathOf(path: unknown): string {
  if (typeof path === 'string') return path;
  if (isObject(path) && path['protocol'] === 'file:') return fileURLToPath(String(path['href']));
  throw notPath(path);
}
