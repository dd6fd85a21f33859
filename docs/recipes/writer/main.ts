import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { withAsync } from 'withal';
import { directory } from '../directory/directory.ts';
import { ifExists } from '../suppress/suppress.ts';
import { writer } from './writer.ts';

await withAsync(directory(), async (folder) => {
  const path = join(folder, 'rows.csv');

  console.log('A new file:');
  await withAsync(writer(path), async (file) => {
    await file.appendFile('Ada,36\n');
    await show('in the block', path);
    await file.appendFile('Alan,41\n');
  });
  await show('after it', path);

  console.log('A block that fails while replacing it:');
  await withAsync(writer(path), async (file) => {
    await file.appendFile('Grace,');
    throw new Error('The rows ended too early.');
  }).catch((error: unknown) => console.log(`  ${String(error)}`));
  await show('after it', path);

  console.log('Two writers at the same time:');
  await withAsync(writer(path), async (one) => {
    await one.appendFile('Grace,85\n');
    await withAsync(writer(path), (other) => other.appendFile('Linus,54\n'));
    await show('after the first to end', path);
  });
  await show('after the last', path);

  console.log(`There is only ${(await readdir(folder)).join(', ')}.`);
});

async function show(when: string, path: string): Promise<void> {
  const text = await withAsync(ifExists, () => readFile(path, 'utf8'));
  console.log(`  ${when}: ${text?.trimEnd().replaceAll('\n', ' ') ?? 'no file'}`);
}
