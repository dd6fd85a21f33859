import { lstat, readdir, readFile, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { suppress, withAsync } from 'withal';

/** Matches system errors that have one of these codes. */
export function hasCode(...codes: string[]): (error: unknown) => boolean {
  // Not `instanceof`: jest gives code its own Error class, and system errors don't extend
  // it.
  return (error) =>
    isObject(error) && 'code' in error && codes.some((code) => code === error.code);
}

/** For a block whose file may be missing: then the block returns `undefined`. */
export const ifExists = suppress(hasCode('ENOENT'));

export interface Settings {
  readonly host: string;
  readonly port: number;
}

/** The settings in a file that may not exist. */
export async function readSettings(path: string): Promise<Settings> {
  const text = await withAsync(ifExists, () => readFile(path, 'utf8'));
  const own = JSON.parse(text ?? '{}') as Partial<Settings>;
  return { host: 'localhost', port: 8080, ...own };
}

/**
 * Removes a folder's files that haven't been written to since. Other programs may be
 * removing them at the same time.
 */
export async function sweep(folder: string, since: Date): Promise<void> {
  const names = await withAsync(ifExists, () => readdir(folder));
  for (const name of names ?? []) {
    await withAsync(ifExists, () => removeOld(join(folder, name), since));
  }
}

async function removeOld(path: string, since: Date): Promise<void> {
  const { mtime } = await lstat(path);
  if (mtime < since) await unlink(path);
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
