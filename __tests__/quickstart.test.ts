import { beforeAll, describe, expect, it } from '@jest/globals';
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify, stripVTControlCharacters } from 'node:util';
import { withAsync } from '../lib/index.ts';
import { connection, hasPostgres, postgres } from './helpers/postgres.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const program = 'docs/quickstart/main.ts';

// Whatever the tests themselves were started with must not choose the colours or the database.
const neutral = { CI: undefined, NO_COLOR: undefined, FORCE_COLOR: undefined, DATABASE_URL: undefined };

/** What the program prints; rejects if its exit code is not 0. */
async function run(environment: Record<string, string> = {}): Promise<string> {
  const env = { ...process.env, ...neutral, ...environment };
  const { stdout } = await promisify(execFile)(process.execPath, ['--import', 'tsx', program], { cwd: root, env });
  return stdout;
}

/** The texts of the chapters by their headings, without the lines that are drawn. */
function chaptersOf(output: string): Map<string, string[]> {
  const lines = output.split('\n').map((line) => line.replace(/^[│╭╰─ ]+/, '').replace(/ {2,}/g, ' '));
  const [start = '', ...rest] = lines.join('\n').trim().split('\n\n');
  const chapters = new Map([['', start.split('\n')]]);
  for (let index = 0; index < rest.length; index += 2)
    chapters.set(rest[index] ?? '', rest[index + 1]?.split('\n') ?? []);
  return chapters;
}

/** The story, without what it says of the database it runs on. */
function storyOf(output: string): string {
  return output.replace(/(SHOW server_version → ).*/, '$1…').replace(/· (in memory|the server).*/, '· …');
}

describe('the quick start', () => {
  let output: string;

  beforeAll(async () => {
    output = await run();
  }, 60_000);

  const chapter = (heading: string) => chaptersOf(output).get(heading);

  it('commits a transfer that the database accepts', () => {
    expect(chapter('A transfer that the database accepts')).toEqual([
      'SELECT * FROM accounts ORDER BY name → Ada 100, Alan 50',
      'transaction',
      'enter BEGIN',
      "body UPDATE accounts SET balance = balance + 30 WHERE name = 'Alan'",
      "UPDATE accounts SET balance = balance - 30 WHERE name = 'Ada'",
      'exit COMMIT',
      '✔ returned',
      'SELECT * FROM accounts ORDER BY name → Ada 70, Alan 80',
      '✔ committed',
    ]);
  });

  it('rolls back a transfer that the database refuses', () => {
    expect(chapter('A transfer that the database refuses')).toEqual([
      'SELECT * FROM accounts ORDER BY name → Ada 70, Alan 80',
      'transaction',
      'enter BEGIN',
      "body UPDATE accounts SET balance = balance + 300 WHERE name = 'Alan'",
      "✘ UPDATE accounts SET balance = balance - 300 WHERE name = 'Ada'",
      'exit ROLLBACK',
      '✘ threw new row for relation "accounts" violates check constraint',
      '"no_overdraft"',
      'SELECT * FROM accounts ORDER BY name → Ada 70, Alan 80',
      '↺ rolled back',
    ]);
  });

  it('rolls back when the body throws undefined', () => {
    expect(chapter('A body that throws undefined')).toEqual([
      'SELECT * FROM accounts ORDER BY name → Ada 70, Alan 80',
      'transaction',
      'enter BEGIN',
      "body UPDATE accounts SET balance = balance + 30 WHERE name = 'Alan'",
      "UPDATE accounts SET balance = balance - 30 WHERE name = 'Ada'",
      'exit ROLLBACK',
      '✘ threw undefined',
      'SELECT * FROM accounts ORDER BY name → Ada 70, Alan 80',
      '↺ rolled back',
    ]);
  });

  it('goes on in a second loop, and closes the cursor before the transaction ends', () => {
    expect(chapter('Read page by page, in two loops')).toEqual([
      'transaction',
      'enter BEGIN',
      'body',
      'aclosing',
      'enter',
      'body DECLARE pages CURSOR FOR SELECT * FROM payments ORDER BY id',
      'FETCH 1000 FROM pages → 1000 rows',
      'FETCH 1000 FROM pages → 1000 rows',
      '· left a loop after payment 1500',
      "SELECT count(*)::int FROM pg_cursors WHERE name = 'pages' → 1",
      'FETCH 1000 FROM pages → 1000 rows',
      '· left the next loop after payment 2500',
      'exit CLOSE pages',
      '✔ returned',
      "SELECT count(*)::int FROM pg_cursors WHERE name = 'pages' → 0",
      'exit COMMIT',
      '✔ returned',
    ]);
  });

  it('shows the errors of the body and of the teardown, and lets go of everything', () => {
    expect(chapter('A body that fails, and a teardown that fails because of it')).toEqual([
      'SELECT * FROM accounts ORDER BY name → Ada 70, Alan 80',
      'transaction',
      'enter BEGIN',
      'body',
      'aclosing',
      'enter',
      'body DECLARE pages CURSOR FOR SELECT * FROM payments ORDER BY id',
      'FETCH 1000 FROM pages → 1000 rows',
      "UPDATE accounts SET balance = balance + 90 WHERE name = 'Alan'",
      "✘ UPDATE accounts SET balance = balance - 90 WHERE name = 'Ada'",
      'exit ✘ CLOSE pages',
      '✘ threw current transaction is aborted, commands ignored until end',
      'of transaction block',
      'cause new row for relation "accounts" violates check constraint',
      '"no_overdraft"',
      'exit ROLLBACK',
      '✘ threw current transaction is aborted, commands ignored until end of',
      'transaction block',
      'cause new row for relation "accounts" violates check constraint',
      '"no_overdraft"',
      'SELECT * FROM accounts ORDER BY name → Ada 70, Alan 80',
      '↺ rolled back',
      'exit DROP TABLE payments',
      '✔ returned',
      'exit DROP TABLE accounts',
      '✔ returned',
      'exit',
      '✔ returned',
    ]);
  });

  it('has at most 80 columns', () => {
    expect(Math.max(...output.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80);
  });

  it('is plain in a pipe, and the same in colours where they are wanted', async () => {
    expect(stripVTControlCharacters(output)).toBe(output);

    const coloured = await run({ FORCE_COLOR: '1' });
    expect(coloured).toContain('\u001B[32mCOMMIT\u001B[39m');
    expect(coloured).toContain('\u001B[33mROLLBACK\u001B[39m');
    expect(stripVTControlCharacters(coloured)).toBe(output);
  }, 60_000);

  it('fails, and says why, where there is no database', async () => {
    await expect(run({ DATABASE_URL: 'postgres://127.0.0.1:1/nowhere' })).rejects.toMatchObject({
      code: 1,
      stdout: '╭─ database\n│ enter\n╰─ ✘ threw  connect ECONNREFUSED 127.0.0.1:1\n',
    });
  }, 60_000);

  (hasPostgres ? describe : describe.skip)('on a server', () => {
    it('tells the same story, and leaves nothing behind', async () => {
      await withAsync(postgres(), async (url) => {
        const onServer = await run({ DATABASE_URL: url });
        expect(onServer).toContain('· the server at DATABASE_URL');
        expect(storyOf(onServer)).toBe(storyOf(output));

        await withAsync(connection(url), async (client) => {
          expect(await client.query(everythingOfOurs)).toMatchObject({ rows: [] });
        });
      });
    }, 60_000);
  });
});

if (!hasPostgres)
  process.stderr.write('Not run on a server: no initdb and postgres on PATH or in /usr/lib/postgresql.\n');

// Empty schemas named pg_temp_… stay: the server keeps them for the next temporary table.
const everythingOfOurs = `
  SELECT relname FROM pg_class WHERE relnamespace::regnamespace::text !~ '^(pg_catalog|pg_toast|information_schema)$'
  UNION SELECT nspname FROM pg_namespace WHERE nspname !~ '^(pg_.*|information_schema|public)$'`;
