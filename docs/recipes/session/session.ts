import { Pool, type Dispatcher } from 'undici';
import { asyncContextManager } from 'withal';

/**
 * Connections to one origin, shared by the requests of the block. If the block
 * returned, they close as soon as the requests in flight are done. If it threw, they
 * close immediately, and those requests reject.
 */
export const session = asyncContextManager(async function* session(
  origin: string,
  options?: Pool.Options,
) {
  const pool = new Pool(origin, options);
  try {
    yield pool;
  } catch (error) {
    await pool.destroy();
    throw error;
  }
  await pool.close();
});

/**
 * A response whose headers have arrived. If the block doesn't read the body, the
 * connection is still freed soon.
 */
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
  // A body of unknown length may never end.
  if (response.headers['content-length']) await dump(response);
  else destroy(response);
});

async function dump({ body }: Dispatcher.ResponseData): Promise<void> {
  // A body of known length may stall; dump rejects only if this signal ended it.
  await body
    .dump({ limit: 128 * 1024, signal: AbortSignal.timeout(1_000) })
    .catch(() => undefined);
}

function destroy({ body }: Dispatcher.ResponseData): void {
  // A body destroyed before its end emits an error, which nothing else handles.
  body.on('error', () => undefined).destroy();
}
