import { asyncContextManager, withAsync } from 'withal';
import { localLock, unlessAborted, type Waiting } from '../lock/lock.ts';

export interface Rate {
  /** How many blocks may start in any one interval. */
  readonly entries: number;
  /** The length of the interval, in milliseconds. */
  readonly interval: number;
}

/**
 * Returns a manager function. Its blocks start no faster than this rate, in the order
 * in which they arrived.
 */
export function limiter({ entries, interval }: Rate) {
  if (
    !Number.isInteger(entries) ||
    entries < 1 ||
    !(interval >= 0 && interval < 2 ** 31)
  )
    throw new RangeError(`Not a rate: ${String(entries)} in ${String(interval)} ms.`);
  const turns = localLock();
  /** When the latest blocks started: one time for each entry. */
  const begun = Array.from({ length: entries }, () => -Infinity);
  return asyncContextManager(async function* limiter({ signal }: Waiting = {}) {
    await withAsync(turns('to begin', { signal }), async () => {
      const [earliest = -Infinity] = begun;
      await until(earliest + interval, signal);
      begun.shift();
      begun.push(performance.now());
    });
    yield;
  });
}

/** Waits until this clock shows the time, because a timer may fire slightly early. */
async function until(time: number, signal: AbortSignal | undefined): Promise<void> {
  for (let left = time - performance.now(); left > 0; left = time - performance.now())
    await sleep(left, signal);
}

async function sleep(
  milliseconds: number,
  signal: AbortSignal | undefined,
): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  try {
    await unlessAborted(
      new Promise((resolve) => (timer = setTimeout(resolve, milliseconds))),
      signal,
    );
  } finally {
    clearTimeout(timer);
  }
}
