import { EventEmitter, once } from 'node:events';
import { asyncContextManager } from 'withal';
import { unlessAborted, type Waiting } from './lock.ts';

/** Makes a manager that so many blocks can be in at once; the others wait, first come, first served. */
export function semaphore(permits: number) {
  if (!Number.isInteger(permits) || permits < 1) throw new RangeError(`Not a number of permits: ${String(permits)}.`);
  /** Those who have and want a permit: the first so many have one. */
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
