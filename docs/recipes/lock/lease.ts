import { setTimeout } from 'node:timers/promises';
import type { ClientBase, Pool } from 'pg';
import { asyncContextManager } from 'withal';
import { unlessAborted, type Lock, type Waiting } from './lock.ts';

type Database = Pool | ClientBase;

/**
 * Locks that belong to a named owner, such as a job, rather than to a process or a
 * connection. They last until the owner releases them. If the owner's process is
 * killed, its next process gets them immediately, and no other owner does.
 */
export function lease(db: Database, owner: string): Lock {
  return asyncContextManager(async function* lease(key: string, waiting: Waiting = {}) {
    await take(db, key, owner, waiting);
    let wasKept: boolean;
    try {
      yield new AbortController().signal;
    } finally {
      wasKept = await giveBack(db, key, owner);
    }
    if (!wasKept) throw new Error(`The lease "${key}" was taken away from ${owner}.`);
  });
}

/** Takes a lease, or waits until it is free. Taking it again changes nothing. */
export async function take(
  db: Database,
  key: string,
  owner: string,
  { signal }: Waiting = {},
): Promise<void> {
  for (;;) {
    signal?.throwIfAborted();
    const { rowCount } = await db.query(taking, [key, owner]);
    if (rowCount === 1) return;
    await unlessAborted(setTimeout(100), signal);
  }
}

/** Gives a lease back if it belongs to this owner; returns whether it did. */
export async function giveBack(
  db: Database,
  key: string,
  owner: string,
): Promise<boolean> {
  const { rowCount } = await db.query(
    'DELETE FROM leases WHERE key = $1 AND owner = $2',
    [key, owner],
  );
  return rowCount === 1;
}

export const leaseTable =
  'CREATE TABLE IF NOT EXISTS leases (key text PRIMARY KEY, owner text NOT NULL)';

const taking = `
  INSERT INTO leases (key, owner) VALUES ($1, $2)
  ON CONFLICT (key) DO UPDATE SET owner = excluded.owner WHERE leases.owner = excluded.owner`;
