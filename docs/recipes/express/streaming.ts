import { once } from 'node:events';
import type { Request, RequestHandler, Response } from 'express';
import {
  aclosing,
  asyncContextManager,
  enter,
  scopeAsync,
  suppress,
  type AbortSignalLike,
  type AsyncContextManager,
} from 'withal';

/**
 * Gives the block a signal that aborts if the client leaves before the response is
 * complete. Suppresses the signal's reason, and nothing else.
 */
export const whileConnected = asyncContextManager(async function* whileConnected(
  res: Response,
) {
  const reason = new Error('The client has left.');
  const gone = new AbortController();
  const signal: AbortSignal = gone.signal;
  const abort = () => {
    if (!res.writableFinished) gone.abort(reason);
  };
  yield* enter(suppress((error) => error === reason));
  res.once('close', abort);
  try {
    // The client may have left before this handler was called.
    if (res.destroyed) abort();
    yield signal;
  } finally {
    res.off('close', abort);
  }
});

/** Sends rows as lines of JSON, read in one transaction as fast as the client takes them. */
export function streamed<Tx>(
  readOnly: () => AsyncContextManager<Tx>,
  rows: (tx: Tx, req: Request, stop: AbortSignalLike) => AsyncIterable<unknown>,
): RequestHandler {
  return async (req, res) => {
    await scopeAsync(async function* stream() {
      const signal = yield* enter(whileConnected(res));
      const tx = yield* enter(readOnly());
      const items = yield* enter(aclosing((stop) => rows(tx, req, stop), { signal }));
      res.type('application/x-ndjson');
      for await (const item of items) {
        const isReady = res.write(`${JSON.stringify(item)}\n`);
        if (!isReady) await once(res, 'drain', { signal });
      }
    });
    res.end();
  };
}
