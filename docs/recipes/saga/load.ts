// A thousand sagas on two processes: half of them are booked, and half are undone. Then
// the rows are counted.

import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import type { Client } from 'pg';
import { all, enter, scopeAsync, withAsync } from 'withal';
import { connection } from '../connection/connection.ts';
import { child } from '../worker/child.ts';
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
  const url = process.env['DATABASE_URL'];
  // The embedded Postgres serves only one process.
  if (!url) throw new Error('Set DATABASE_URL to the URL of a Postgres server.');
  const db = yield* enter(connection(url));
  await db.query(`${agencyTables} ${processTable} DELETE FROM agency.sold_out`);
  // On its first start, the engine creates its tables.
  await work(url, []);
  await measure(db, url, 'booked', 3);
  await db.query("INSERT INTO agency.sold_out VALUES ('car')");
  await measure(db, url, 'undone', 6);
});

async function measure(
  db: Client,
  url: string,
  what: string,
  steps: number,
): Promise<void> {
  const trips = Array.from({ length: 500 }, () => randomUUID());
  await work(url, trips.slice(0, 250), trips.slice(250));
  const { rows } = await db.query<Record<string, number>>(counts, [trips]);
  const { seconds = 0, ...counted } = rows[0] ?? {};
  const [reserved, canceled] = what === 'booked' ? [1500, 0] : [0, 1500];
  const requests = 500 * steps;
  assert.deepEqual(counted, {
    trips: 500,
    processes: 2,
    steps: requests,
    requests,
    reserved,
    canceled,
  });
  console.log(
    `500 trips ${what}, of ${String(steps)} steps each: ${(500 / seconds).toFixed(0)} a second. Nothing is lost.`,
  );
}

function work(url: string, ...shares: (readonly string[])[]): Promise<void> {
  const worker = fileURLToPath(new URL('worker.ts', import.meta.url));
  const args = [
    '--disable-warning=DeprecationWarning',
    '--import',
    import.meta.resolve('tsx'),
    worker,
    url,
  ];
  const env = { ...process.env, CONCURRENCY: '50' };
  const workers = shares.map((trips) =>
    child(process.execPath, [...args, randomUUID(), ...trips], { env }),
  );
  return withAsync(all(workers), () => undefined);
}
