import { readFile, rename, writeFile } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import type { Connection } from './database.ts';
import { HttpError } from './server.ts';

export async function createTable(tx: Connection): Promise<void> {
  await tx.query(
    'CREATE TABLE IF NOT EXISTS payments (account text NOT NULL, amount int NOT NULL)',
  );
}

export async function respond(
  request: IncomingMessage,
  tx: Connection,
  report: string,
): Promise<unknown> {
  const { method = '', url = '' } = request;
  switch (`${method} ${url}`) {
    case 'POST /payments':
      return receive(request, tx);
    case 'GET /payments':
      return (await tx.query('SELECT account, amount FROM payments')).rows;
    case 'GET /report':
      return JSON.parse(await readFile(report, 'utf8')) as unknown;
    default:
      throw new HttpError(404);
  }
}

/** Inserts each line as it arrives. */
async function receive(
  input: IncomingMessage,
  tx: Connection,
): Promise<{ received: number }> {
  let received = 0;
  for await (const line of linesOf(input)) {
    const [, account, amount] = /^(\w+),(\d{1,9})$/.exec(line) ?? [];
    if (!account) throw new HttpError(400, `not a payment: ${line}`);
    await tx.query('INSERT INTO payments VALUES ($1, $2)', [account, amount]);
    received += 1;
  }
  return { received };
}

/** Throws if the client hangs up before everything has arrived. */
async function* linesOf(input: IncomingMessage): AsyncGenerator<string> {
  const chunks: AsyncIterable<string> = input.setEncoding('utf8');
  let rest = '';
  for await (const chunk of chunks) {
    const lines = (rest + chunk).split(/\r?\n/);
    rest = lines.pop() ?? '';
    yield* lines;
  }
  if (rest) yield rest;
}

/** Writes the sum of each account. Readers of the file never see half of it. */
export async function writeReport(tx: Connection, file: string): Promise<void> {
  const { rows } = await tx.query(
    'SELECT account, sum(amount)::int FROM payments GROUP BY account ORDER BY account',
  );
  await writeFile(`${file}.new`, JSON.stringify(rows));
  await rename(`${file}.new`, file);
}
