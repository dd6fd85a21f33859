import { DBOS } from '@dbos-inc/dbos-sdk';
import type { Pool } from 'pg';
import { asyncContextManager } from 'withal';
import { giveBack, take } from '../lock/lease.ts';
import { persistently, type Run } from './run.ts';

/**
 * A lock that belongs to the workflow: it lasts for the whole block, even if several
 * processes run it one after the other.
 */
export const lease = asyncContextManager(async function* lease(
  run: Run,
  db: Pool,
  key: string,
) {
  const owner = String(DBOS.workflowID);
  try {
    await run.step(`take ${key}`, () =>
      take(db, key, owner, { signal: DBOS.stepStatus?.cancelSignal }),
    );
    yield;
  } finally {
    await run.step(`give back ${key}`, () => giveBack(db, key, owner), persistently);
  }
});
