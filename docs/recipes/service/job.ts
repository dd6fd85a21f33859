import { setTimeout } from 'node:timers/promises';
import { asyncContextManager, enter, suppress, withAsync } from 'withal';
import { trace } from './trace.ts';

/**
 * Calls `work` once before the block, which doesn't start if that fails, and then
 * repeatedly while the block runs.
 */
export const job = asyncContextManager(async function* job(
  every: number,
  work: () => Promise<void>,
) {
  yield* enter(trace('job'));
  await work();
  const stop = new AbortController();
  const stopped = withAsync(suppress(isAbort), () => repeat(every, work, stop.signal));
  try {
    yield;
  } finally {
    stop.abort();
    await stopped;
  }
});

async function repeat(
  every: number,
  work: () => Promise<void>,
  signal: AbortSignal,
): Promise<never> {
  for (;;) {
    await setTimeout(every, undefined, { signal });
    await work().catch(console.error);
  }
}

function isAbort(error: unknown): boolean {
  return error instanceof Error && error.name === 'AbortError';
}
