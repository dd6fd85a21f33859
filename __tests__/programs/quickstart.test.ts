import { stripVTControlCharacters } from 'node:util';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { withAsync } from '../../lib/index.ts';
import { connection, hasPostgres, postgres } from '../helpers/postgres.ts';
import { quickstart } from '../helpers/quickstart.ts';

/** The story, without what it says about its database. */
function storyOf(output: string): string {
  return timeless(output.replace(/(SHOW server_version → ).*/, '$1…').replace(/· (in memory|the server).*/, '· …'));
}

/** Without the bars of the last chapter, which vary from run to run. */
function timeless(output: string): string {
  return output.replace(/ +[░▒█][ ░▒█]+[\d.]+ m?s/g, ' …').replace(/ +░ setup/, ' ░ setup');
}

// smoke/quickstart.test.ts tests what it prints, chapter by chapter.
describe('the quick start', () => {
  let output: string;

  beforeAll(async () => {
    output = await quickstart();
  }, 60_000);

  it('is plain in a pipe, and in color if that is asked for', async () => {
    expect(stripVTControlCharacters(output)).toBe(output);

    const coloured = await quickstart({ FORCE_COLOR: '1' });
    expect(coloured).toContain('\u001B[32mCOMMIT\u001B[39m');
    expect(coloured).toContain('\u001B[33mROLLBACK\u001B[39m');
    expect(timeless(stripVTControlCharacters(coloured))).toBe(timeless(output));
  }, 60_000);

  it('fails, and says why, if there is no database', async () => {
    await expect(quickstart({ DATABASE_URL: 'postgres://127.0.0.1:1/nowhere' })).rejects.toMatchObject({
      code: 1,
      stdout: '╭─ database\n╰─ ✘ threw  connect ECONNREFUSED 127.0.0.1:1\n',
    });
  }, 60_000);

  (hasPostgres ? describe : describe.skip)('on a server', () => {
    it('tells the same story, and leaves nothing behind', async () => {
      await withAsync(postgres(), async (url) => {
        const onServer = await quickstart({ DATABASE_URL: url });
        expect(onServer).toContain('· the server at DATABASE_URL');
        expect(storyOf(onServer)).toBe(storyOf(output));

        await withAsync(connection(url), async (client) => {
          expect(await client.query(everythingOfOurs)).toMatchObject({ rows: [] });
        });
      });
    }, 60_000);
  });
});

// Empty schemas named pg_temp_… stay: the server keeps them for the next temporary table.
const everythingOfOurs = `
  SELECT relname FROM pg_class WHERE relnamespace::regnamespace::text !~ '^(pg_catalog|pg_toast|information_schema)$'
  UNION SELECT nspname FROM pg_namespace WHERE nspname !~ '^(pg_.*|information_schema|public)$'`;
