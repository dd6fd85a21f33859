import { beforeAll, describe, expect, it } from '@jest/globals';
import { quickstart } from '../helpers/quickstart.ts';

/** The texts of the chapters by their headings, without the drawn lines. */
function chaptersOf(output: string): Map<string, string[]> {
  const lines = output.split('\n').map((line) => line.replace(/^[│╭╰─ ]+/, '').replace(/ {2,}/g, ' '));
  const [start = '', ...rest] = lines.join('\n').trim().split('\n\n');
  const chapters = new Map([['', start.split('\n')]]);
  for (let index = 0; index < rest.length; index += 2)
    chapters.set(rest[index] ?? '', rest[index + 1]?.split('\n') ?? []);
  return chapters;
}

describe('the quick start', () => {
  let output: string;

  beforeAll(async () => {
    output = await quickstart();
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
      'body SELECT * FROM accounts ORDER BY name → Ada 70, Alan 80',
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
      'body SELECT * FROM accounts ORDER BY name → Ada 70, Alan 80',
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
      'body SELECT * FROM accounts ORDER BY name → Ada 70, Alan 80',
      '↺ rolled back',
    ]);
  });

  it('continues in a second loop, and closes the cursor before the transaction ends', () => {
    expect(chapter('Read page by page, in two loops')).toEqual([
      'transaction',
      'enter BEGIN',
      'aclosing',
      'body DECLARE pages CURSOR FOR SELECT * FROM payments ORDER BY id',
      'FETCH 1000 FROM pages → 1000 rows',
      'FETCH 1000 FROM pages → 1000 rows',
      '· left a loop after payment 1500',
      "SELECT count(*)::int FROM pg_cursors WHERE name = 'pages' → 1",
      'FETCH 1000 FROM pages → 1000 rows',
      '· left the next loop after payment 2500',
      'exit CLOSE pages',
      '✔ returned',
      "body SELECT count(*)::int FROM pg_cursors WHERE name = 'pages' → 0",
      'exit COMMIT',
      '✔ returned',
    ]);
  });

  it('shows the errors of the body and the teardown, and releases everything', () => {
    expect(chapter('A body that fails, and a teardown that fails because of it')).toEqual([
      'body SELECT * FROM accounts ORDER BY name → Ada 70, Alan 80',
      'transaction',
      'enter BEGIN',
      'aclosing',
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
      'body SELECT * FROM accounts ORDER BY name → Ada 70, Alan 80',
      '↺ rolled back',
      'exit DROP TABLE payments',
      '✔ returned',
      'exit DROP TABLE accounts',
      '✔ returned',
      '✔ returned',
    ]);
  });

  it('shows how long each block took', () => {
    const lines = chapter('How long it took') ?? [];
    expect(lines.map((line) => line.replace(/ [░▒█][ ░▒█]*[\d.]+ m?s/, ' …'))).toEqual([
      'database …',
      'table …',
      'transaction …',
      'transaction … ✘',
      'transaction … ✘',
      'table …',
      'transaction …',
      'aclosing …',
      'transaction … ✘',
      'aclosing … ✘',
      '░ setup █ body ▒ teardown',
    ]);
  });

  it('has at most 80 columns', () => {
    expect(Math.max(...output.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80);
  });
});
