import { EventEmitter, once, setMaxListeners } from 'node:events';
import { asyncContextManager, type AsyncContextManager } from 'withal';

/**
 * Makes a manager that has the lock of that key during its block: one at a time, first come, first served. It gives a
 * signal, which aborts if the lock is lost before the block has ended.
 */
export type Lock = (key: string, waiting?: Waiting) => AsyncContextManager<AbortSignal>;

export interface Waiting {
  /** Ends the waiting, which rejects with its reason. */
  readonly signal?: AbortSignal | undefined;
}

/** Locks of this process; they can't be lost. */
export function localLock(): Lock {
  /** Those who have and want the lock of each key: the first has it. */
  const queues = new Map<string, Set<EventEmitter>>();
  return asyncContextManager(async function* localLock(key: string, { signal }: Waiting = {}) {
    signal?.throwIfAborted();
    const turn = new EventEmitter();
    const queue = queues.get(key) ?? new Set();
    queues.set(key, queue.add(turn));
    try {
      if (queue.size > 1) await unlessAborted(once(turn, 'come'), signal);
      yield new AbortController().signal;
    } finally {
      queue.delete(turn);
      const [first] = queue;
      if (first) first.emit('come');
      else queues.delete(key);
    }
  });
}

/** Waits for the promise; rejects with the reason of the signal if that aborts first. */
export async function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return promise;
  // Many may wait with one signal, and Node would warn of a leak.
  setMaxListeners(Infinity, signal);
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason as Error);
    if (signal.aborted) abort();
    signal.addEventListener('abort', abort, { once: true });
    void promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}
