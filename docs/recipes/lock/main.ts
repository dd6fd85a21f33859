import { setTimeout } from 'node:timers/promises';
import { nullContext, timeout, withAsync, type AsyncContextManager, type ContextManager } from 'withal';
import { advisoryLock } from './advisory.ts';
import { localLock, type Lock } from './lock.ts';

const { DATABASE_URL } = process.env;

console.log('Ten who add one, without a lock:');
console.log(`  ${String(await sumOfTen(nullContext()))}`);

await show('With a lock of this process:', localLock());
if (DATABASE_URL) await show('With a lock of the database:', advisoryLock(DATABASE_URL));

async function show(heading: string, lock: Lock): Promise<void> {
  console.log(heading);
  console.log(`  ${String(await sumOfTen(lock('sum')))}`);

  await withAsync(lock('sum'), async () => {
    await withAsync(timeout(50), (signal) => withAsync(lock('sum', { signal }), enjoy)).catch(tell);
    throw new Error('The one who has it fails.');
  }).catch(tell);
  await withAsync(lock('sum'), enjoy);
}

async function sumOfTen(lock: AsyncContextManager<unknown> | ContextManager<unknown>): Promise<number> {
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
  console.log('  The next one has it.');
}

function tell(error: unknown): void {
  console.log(`  ${String(error)}`);
}
