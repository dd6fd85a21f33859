import fs from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';
import { managerCases } from 'withal/testing';
import { directory } from '../recipes/directory/directory.ts';

const prefix = `directory-${String(process.pid)}-`;

for (const { name, run } of managerCases(
  (_world, faults) => {
    faults.patch(fs, 'mkdtemp', 'realpath', 'rm');
    return directory({ prefix });
  },
  {
    open: async () =>
      (await fs.readdir(tmpdir())).filter((name) => name.startsWith(prefix)).length,
    use: (path) => fs.writeFile(join(path, 'note.txt'), 'milk'),
  },
))
  test(name, run);
