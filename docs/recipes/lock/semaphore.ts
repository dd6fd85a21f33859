import { EventEmitter, once } from 'node:events';
import { asyncContextManager } from 'withal';
import { unlessAborted, type Waiting } from './lock.ts';

/**
 * Returns a manager function. At most `permits` of its blocks run at a time; the others
 * wait, first come, first served.
 */
export function semaphore(permits: number) {
  if (!Number.isInteger(permits) || permits < 1)
    throw new RangeError(`Not a number of permits: ${String(permits)}.`);
  /** The blocks that hold or want a permit: the first ones hold it. */
  const queue = new Set<EventEmitter>();
  return asyncContextManager(async function* semaphore({ signal }: Waiting = {}) {
    signal?.throwIfAborted();
    const turn = new EventEmitter();
    queue.add(turn);
    try {
      if (queue.size > permits) await unlessAborted(once(turn, 'come'), signal);
      yield;
    } finally {
      queue.delete(turn);
      [...queue][permits - 1]?.emit('come');
    }
  });
}
