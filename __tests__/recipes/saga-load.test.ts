import { describe, expect, it, jest } from '@jest/globals';
import { withAsync } from '../../lib/index.ts';
import { hasPostgres, server } from '../helpers/postgres.ts';
import { ran } from '../helpers/process.ts';

jest.setTimeout(300_000);

(hasPostgres ? describe : describe.skip)('a thousand sagas on two processes', () => {
  it('end as they should, and lose nothing', async () => {
    const load = ({ url }: { url: string }) => ran('docs/recipes/saga/load.ts', [], { env: { DATABASE_URL: url } });
    const ending = await withAsync(server(), load);
    expect(ending).toMatchObject({ code: 0, errors: '' });
    expect(ending.output.replace(/\d+ a second/g, '… a second').split('\n')).toEqual([
      '500 trips booked, of 3 steps each: … a second. Nothing is lost.',
      '500 trips undone, of 6 steps each: … a second. Nothing is lost.',
      '',
    ]);
  });
});
