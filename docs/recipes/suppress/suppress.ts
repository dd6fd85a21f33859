import { lstat, readdir, readFile, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { suppress, withAsync } from 'withal';

/** Tells the errors of the system that have one of these codes. */
export function hasCode(...codes: string[]): (error: unknown) => boolean {
  // Not by instanceof: what jest runs has an Error of its own, and the system's errors are not of that.
  return (error) => isObject(error) && 'code' in error && codes.some((code) => code === error.code);
}

/** For a block that may find its file missing: it gives `undefined` then. */
export const ifExists = suppress(hasCode('ENOENT'));

export interface Settings {
  readonly host: string;
  readonly port: number;
}

/** The settings in a file, which need not exist. */
export async function readSettings(path: string): Promise<Settings> {
  const text = await withAsync(ifExists, () => readFile(path, 'utf8'));
  const own = JSON.parse(text ?? '{}') as Partial<Settings>;
  return { host: 'localhost', port: 8080, ...own };
}

/** Removes the files of a folder that nobody has written to since. Others may be removing them at the same time. */
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
