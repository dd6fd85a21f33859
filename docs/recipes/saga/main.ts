import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Client } from 'pg';
import { enter, scopeAsync } from 'withal';
import { connection } from '../connection/connection.ts';
import { postgres } from '../postgres.ts';
import { agencyTables } from './agency.ts';
import { processTable } from './takeover.ts';

const trip = randomUUID();

await scopeAsync(async function* main() {
  const url = yield* enter(postgres());
  const db = yield* enter(connection(url));
  await db.query(agencyTables + processTable);
  await db.query("INSERT INTO agency.sold_out VALUES ('car') ON CONFLICT DO NOTHING");

  console.log('No car is left, and the process is killed while it cancels the hotel:');
  await work(url, { KILL_AT: 'late in cancel hotel' });
  await show(db);

  console.log('The next process:');
  await work(url);
  await show(db);
});

async function work(
  url: string,
  environment: Record<string, string> = {},
): Promise<void> {
  const kill = new URL('kill.ts', import.meta.url).href;
  const worker = fileURLToPath(new URL('worker.ts', import.meta.url));
  const flags = [
    '--disable-warning=DeprecationWarning',
    '--import',
    import.meta.resolve('tsx'),
    '--import',
    kill,
  ];
  const env = { ...process.env, ...environment };
  const child = spawn(process.execPath, [...flags, worker, url, 'here', trip], {
    env,
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
  });
  await once(child, 'exit');
  console.log(
    `  ended by ${child.signalCode ?? `exit code ${String(child.exitCode)}`}`,
  );
}

async function show(db: Client): Promise<void> {
  const recorded =
    'SELECT function_name AS name FROM dbos.operation_outputs WHERE workflow_uuid = $1 ORDER BY function_id';
  const requested =
    'SELECT request AS name FROM agency.requests WHERE starts_with(key, $1) ORDER BY id';
  console.log(`  The engine has recorded: ${await names(db, recorded)}`);
  console.log(`  The agency was asked to: ${await names(db, requested)}`);
}

async function names(db: Client, query: string): Promise<string> {
  const { rows } = await db.query<{ name: string }>(query, [trip]);
  return rows.map(({ name }) => name).join(', ');
}
