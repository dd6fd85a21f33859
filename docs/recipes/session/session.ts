import { Pool, type Dispatcher } from 'undici';
import { asyncContextManager } from 'withal';

/**
 * Connections to one origin, which the requests of the block share. If the block returned, they are closed as soon as
 * the requests still in flight are done; if it threw, at once, and those requests are rejected.
 */
export const session = asyncContextManager(async function* session(origin: string, options?: Pool.Options) {
  const pool = new Pool(origin, options);
  try {
    yield pool;
  } catch (error) {
    await pool.destroy();
    throw error;
  }
  await pool.close();
});

/** A response whose headers are there. What the block does not read of its body does not keep the connection for long. */
export const response = asyncContextManager(async function* response(
  dispatcher: Dispatcher,
  options: Dispatcher.RequestOptions,
) {
  const response = await dispatcher.request(options);
  try {
    yield response;
  } catch (error) {
    destroy(response);
    throw error;
  }
  // A body without a length may go on for ever.
  if (response.headers['content-length']) await dump(response);
  else destroy(response);
});

async function dump({ body }: Dispatcher.ResponseData): Promise<void> {
  // One with a length may stall; it rejects only where this signal has ended it.
  await body.dump({ limit: 128 * 1024, signal: AbortSignal.timeout(1_000) }).catch(() => undefined);
}

function destroy({ body }: Dispatcher.ResponseData): void {
  // A body that is destroyed before its end emits an error, which nobody is waiting for any more.
  body.on('error', () => undefined).destroy();
}
