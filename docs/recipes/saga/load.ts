// A thousand sagas on two processes: half of them are booked, and half are undone. Then the rows are counted.

import assert from 'node:assert/strict';
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

const counts = `
  WITH trips AS (SELECT * FROM dbos.workflow_status WHERE workflow_uuid = ANY ($1)),
  bookings AS (SELECT state FROM agency.bookings WHERE split_part(key, '/', 1) = ANY ($1))
  SELECT
    (SELECT count(*)::int FROM trips WHERE status IN ('SUCCESS', 'ERROR')) AS trips,
    (SELECT count(DISTINCT executor_id)::int FROM trips) AS processes,
    (SELECT count(*)::int FROM dbos.operation_outputs WHERE workflow_uuid = ANY ($1)) AS steps,
    (SELECT count(*)::int FROM agency.requests WHERE split_part(key, '/', 1) = ANY ($1)) AS requests,
    (SELECT count(*)::int FROM bookings WHERE state = 'reserved') AS reserved,
    (SELECT count(*)::int FROM bookings WHERE state = 'canceled') AS canceled,
    (SELECT (max(completed_at) - min(started_at_epoch_ms))::float / 1000 FROM trips) AS seconds`;

await scopeAsync(async function* load() {
  const url = yield* enter(postgres());
  const db = yield* enter(connection(url));
  await db.query(`${agencyTables} ${processTable} DELETE FROM agency.sold_out`);
  await work(url, []);
  await measure(db, url, 'booked', 3);
  await db.query("INSERT INTO agency.sold_out VALUES ('car')");
  await measure(db, url, 'undone', 6);
});

async function measure(db: Client, url: string, what: string, steps: number): Promise<void> {
  const trips = Array.from({ length: 500 }, () => randomUUID());
  await Promise.all([work(url, trips.slice(0, 250)), work(url, trips.slice(250))]);
  const { rows } = await db.query<Record<string, number>>(counts, [trips]);
  const { seconds = 0, ...counted } = rows[0] ?? {};
  const [reserved, canceled] = what === 'booked' ? [1500, 0] : [0, 1500];
  const requests = 500 * steps;
  assert.deepEqual(counted, { trips: 500, processes: 2, steps: requests, requests, reserved, canceled });
  console.log(
    `500 trips ${what}, of ${String(steps)} steps each: ${(500 / seconds).toFixed(0)} a second. Nothing is lost.`,
  );
}

async function work(url: string, trips: readonly string[]): Promise<void> {
  const worker = fileURLToPath(new URL('worker.ts', import.meta.url));
  const flags = ['--disable-warning=DeprecationWarning', '--import', import.meta.resolve('tsx')];
  const env = { ...process.env, CONCURRENCY: '50' };
  const args = [...flags, worker, url, randomUUID(), ...trips];
  const child = spawn(process.execPath, args, { env, stdio: ['ignore', 'ignore', 'inherit'] });
  await once(child, 'exit');
  assert.equal(child.exitCode, 0);
}
