import { setTimeout } from 'node:timers/promises';
import type { Pool } from 'pg';
import {
  nullContext,
  timeout,
  withAsync,
  type AsyncContextManager,
  type ContextManager,
} from 'withal';
import { pool } from '../pool/pool.ts';
import { advisoryLock } from './advisory.ts';
import { lease, leaseTable } from './lease.ts';
import { localLock, type Lock } from './lock.ts';

const { DATABASE_URL } = process.env;

console.log('Ten blocks add one, without a lock:');
console.log(`  ${String(await sumOfTen(nullContext()))}`);

await show('With a lock in this process:', localLock());
if (DATABASE_URL) {
  await show('With a lock of the database:', advisoryLock(DATABASE_URL));
  await withAsync(pool(DATABASE_URL), showLease);
}

async function show(heading: string, lock: Lock): Promise<void> {
  console.log(heading);
  console.log(`  ${String(await sumOfTen(lock('sum')))}`);

  await withAsync(lock('sum'), async () => {
    await withAsync(timeout(50), (signal) =>
      withAsync(lock('sum', { signal }), enjoy),
    ).catch(tell);
    throw new Error('The owner fails.');
  }).catch(tell);
  await withAsync(lock('sum'), enjoy);
}

async function showLease(db: Pool): Promise<void> {
  console.log('With a lease of a job whose process was killed:');
  await db.query(leaseTable);
  // The killed process never exits it.
  await lease(db, 'job 1')('sum').enterAsync();

  await withAsync(timeout(50), (signal) =>
    withAsync(lease(db, 'job 2')('sum', { signal }), enjoy),
  ).catch(tell);
  await withAsync(lease(db, 'job 1')('sum'), () =>
    console.log('  The next process of job 1 gets it.'),
  );
  await withAsync(lease(db, 'job 2')('sum'), enjoy);
}

async function sumOfTen(
  lock: AsyncContextManager<unknown> | ContextManager<unknown>,
): Promise<number> {
  let sum = 0;
  const addOne = async () => {
    const before = sum;
    await setTimeout(1);
    sum = before + 1;
  };
  await Promise.all(Array.from({ length: 10 }, () => withAsync(lock, addOne)));
  return sum;
}

function enjoy(): void {
  console.log('  The next one gets it.');
}

function tell(error: unknown): void {
  console.log(`  ${String(error)}`);
}
