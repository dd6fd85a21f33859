import { EventEmitter, once, setMaxListeners } from 'node:events';
import { asyncContextManager, type AsyncContextManager } from 'withal';

/**
 * Returns a manager that holds the lock for a key during its block: one at a time,
 * first come, first served. The block gets a signal that aborts if the lock is lost
 * before the block has ended.
 */
export type Lock = (key: string, waiting?: Waiting) => AsyncContextManager<AbortSignal>;

export interface Waiting {
  /** When it aborts, the wait stops and rejects with its reason. */
  readonly signal?: AbortSignal | undefined;
}

/** Locks within this process; they can't be lost. */
export function localLock(): Lock {
  /** For each key, the blocks that hold or want its lock: the first holds it. */
  const queues = new Map<string, Set<EventEmitter>>();
  return asyncContextManager(async function* localLock(
    key: string,
    { signal }: Waiting = {},
  ) {
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

/** Waits for the promise, or rejects with the reason of a signal that aborts first. */
export async function unlessAborted<T>(
  promise: Promise<T>,
  ...signals: (AbortSignal | undefined)[]
): Promise<T> {
  const settled = new AbortController();
  const aborting = new Promise<never>((_resolve, reject) => {
    for (const signal of signals)
      if (signal) whenAborted(signal, settled.signal, reject);
  });
  return Promise.race([aborting, promise]).finally(() => settled.abort());
}

function whenAborted(
  signal: AbortSignal,
  settled: AbortSignal,
  reject: (reason: unknown) => void,
): void {
  const abort = (): void => reject(signal.reason);
  if (signal.aborted) abort();
  // Many blocks may wait with one signal; by default, Node would warn about a leak.
  setMaxListeners(Infinity, signal);
  signal.addEventListener('abort', abort, { once: true, signal: settled });
}
