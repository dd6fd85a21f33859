import type { Client } from 'pg';
import { asyncContextManager, enter } from 'withal';
import { connection } from '../connection/connection.ts';
import { unlessAborted, type Lock, type Waiting } from './lock.ts';

/**
 * Locks shared by all users of a database. Each has its own connection, and is lost if
 * that connection breaks.
 */
export function advisoryLock(url: string): Lock {
  return asyncContextManager(async function* advisoryLock(
    key: string,
    { signal }: Waiting = {},
  ) {
    signal?.throwIfAborted();
    const client = yield* enter(connection(url));
    const lost = lossOf(key, client);
    // Without this, Postgres wouldn't notice that a waiting client is gone.
    await client.query("SET client_connection_check_interval = '1s'");
    await unlessAborted(
      client.query('SELECT pg_advisory_lock(hashtextextended($1, 0))', [key]),
      signal,
    );
    yield lost;
    lost.throwIfAborted();
  });
}

/**
 * Aborts when the connection breaks: the database has released the lock, and someone
 * else may have it.
 */
function lossOf(key: string, client: Client): AbortSignal {
  const loss = new AbortController();
  client.once('error', (cause) =>
    loss.abort(new Error(`The lock "${key}" is lost.`, { cause })),
  );
  return loss.signal;
}
