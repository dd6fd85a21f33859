import { AsyncLocalStorage } from 'node:async_hooks';
import { asyncContextManager, enter, fromCallback } from 'withal';

const ids = new AsyncLocalStorage<string>();

/**
 * Gives its block an id that everything in the block can read. Inside another such
 * block, the ids are joined.
 */
export const requestId = asyncContextManager(async function* requestId(name: string) {
  const around = ids.getStore();
  const id = around === undefined ? name : `${around}.${name}`;
  yield* enter(fromCallback((body) => ids.run(id, body)));
  yield id;
});

export function currentRequestId(): string | undefined {
  return ids.getStore();
}

/** A log line, prefixed with the id of its request. */
export function logLine(message: string): string {
  const id = currentRequestId();
  return id === undefined ? message : `[${id}] ${message}`;
}
