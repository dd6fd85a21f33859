import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from '@jest/globals';

const pathTo = (file: string) => fileURLToPath(new URL(`../../${file}`, import.meta.url));

/** The cells of a table, without its rule and its marks. */
function cellsOf(table: string): string[][] {
  const rows = table.split('\n').filter((row) => row.startsWith('|') && !/^\|[ |-]+\|$/.test(row));
  return rows.map((row) => row.split('|').map((cell) => cell.replace(/\*\*/g, '').trim()));
}

describe("the README's comparison", () => {
  it('says what the libraries do', async () => {
    const { stdout } = await promisify(execFile)(process.execPath, [pathTo('bench/compare.mjs')]);
    const [, table = ''] = readFileSync(pathTo('README.md'), 'utf8').split('## How it compares');
    expect(cellsOf(table)).toEqual(cellsOf(stdout));
  }, 60_000);
});
