import { mkdir, readdir, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { withAsync } from 'withal';
import { directory } from '../directory/directory.ts';
import { readSettings, sweep } from './suppress.ts';

await withAsync(directory(), async (folder) => {
  const file = join(folder, 'settings.json');

  console.log('Missing settings:');
  await show(file);

  console.log('Valid settings:');
  await writeFile(file, '{ "port": 80 }');
  await show(file);

  console.log('Malformed settings:');
  await writeFile(file, '{ "port": 80');
  await show(file);

  console.log('Unreadable settings:');
  await show(folder);

  console.log('Two sweeps at the same time, of drafts older than an hour:');
  const drafts = join(folder, 'drafts');
  await sweepTwice(drafts);
  console.log('  no drafts, and no error');
  await mkdir(drafts);
  for (const name of ['a', 'b', 'c']) await draft(join(drafts, name), hoursAgo(2));
  await draft(join(drafts, 'd'), hoursAgo(0));
  await sweepTwice(drafts);
  console.log(`  left: ${(await readdir(drafts)).join(', ')}`);
});

async function show(file: string): Promise<void> {
  try {
    const { host, port } = await readSettings(file);
    console.log(`  http://${host}:${String(port)}`);
  } catch (error) {
    console.log(`  ${error instanceof SyntaxError ? 'SyntaxError' : String(error)}`);
  }
}

async function sweepTwice(drafts: string): Promise<void> {
  await Promise.all([sweep(drafts, hoursAgo(1)), sweep(drafts, hoursAgo(1))]);
}

async function draft(path: string, date: Date): Promise<void> {
  await writeFile(path, '');
  await utimes(path, date, date);
}

function hoursAgo(hours: number): Date {
  return new Date(Date.now() - hours * 60 * 60 * 1_000);
}
