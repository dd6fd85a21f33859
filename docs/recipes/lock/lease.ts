import { setTimeout } from 'node:timers/promises';
import type { ClientBase, Pool } from 'pg';
import { asyncContextManager } from 'withal';
import { unlessAborted, type Lock, type Waiting } from './lock.ts';

type Database = Pool | ClientBase;

/**
 * Locks of an owner, which may be a job, and needs neither a process nor a connection. They last until the owner gives
 * them back: if its process is killed, the next process of that owner has them at once, and nobody else does.
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

/** Takes a lease, or waits until it is free. To take it twice is to take it once. */
export async function take(db: Database, key: string, owner: string, { signal }: Waiting = {}): Promise<void> {
  for (;;) {
    signal?.throwIfAborted();
    const { rowCount } = await db.query(taking, [key, owner]);
    if (rowCount === 1) return;
    await unlessAborted(setTimeout(100), signal);
  }
}

/** Gives a lease back, unless it is another's; gives whether it was this owner's. */
export async function giveBack(db: Database, key: string, owner: string): Promise<boolean> {
  const { rowCount } = await db.query('DELETE FROM leases WHERE key = $1 AND owner = $2', [key, owner]);
  return rowCount === 1;
}

export const leaseTable = 'CREATE TABLE IF NOT EXISTS leases (key text PRIMARY KEY, owner text NOT NULL)';

const taking = `
  INSERT INTO leases (key, owner) VALUES ($1, $2)
  ON CONFLICT (key) DO UPDATE SET owner = excluded.owner WHERE leases.owner = excluded.owner`;
