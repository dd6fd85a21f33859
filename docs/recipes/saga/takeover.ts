import { setTimeout } from 'node:timers/promises';
import { DBOS } from '@dbos-inc/dbos-sdk';
import type { Pool } from 'pg';
import { asyncContextManager } from 'withal';
import { queueName } from './saga.ts';

/** Once a second, records that this process is alive. Enter it before the engine. */
export const heartbeat = (db: Pool, executorID: string) =>
  repeated(() => db.query(beat, [executorID]));

/**
 * Takes over the trips of processes that have been silent for this number of seconds.
 * Enter it after the engine.
 */
export const takeover = (db: Pool, seconds: number) =>
  repeated(async () => {
    const { rows } = await db.query<{ id: string }>(silent, [seconds]);
    if (rows.length === 0) return;
    const orphans = await DBOS.listWorkflows({
      status: 'PENDING',
      executorId: rows.map(({ id }) => id),
    });
    const ids = orphans.map(({ workflowID }) => workflowID);
    if (ids.length > 0) await DBOS.resumeWorkflows(ids, { queueName });
  });

export const processTable = `
  CREATE TABLE IF NOT EXISTS processes (id text PRIMARY KEY, seen timestamptz NOT NULL);`;

// now() is the database's clock, which all processes share.
const beat =
  'INSERT INTO processes VALUES ($1, now()) ON CONFLICT (id) DO UPDATE SET seen = now()';
const silent =
  'SELECT id FROM processes WHERE seen < now() - make_interval(secs => $1)';

/** Calls `work` once before the block, and every second during it. */
const repeated = asyncContextManager(async function* repeated(
  work: () => Promise<unknown>,
) {
  await work();
  const stop = new AbortController();
  // Only the abort can reject it.
  const stopped = repeat(work, stop.signal).catch(() => undefined);
  try {
    yield;
  } finally {
    stop.abort();
    await stopped;
  }
});

async function repeat(
  work: () => Promise<unknown>,
  signal: AbortSignal,
): Promise<never> {
  for (;;) {
    await setTimeout(1_000, undefined, { signal });
    // The database may be gone for a while.
    await work().catch(console.warn);
  }
}
