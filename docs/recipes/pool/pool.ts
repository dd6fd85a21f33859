import { once } from 'node:events';
import { DatabaseError, Pool, type PoolClient, type PoolConfig } from 'pg';
import { asyncContextManager } from 'withal';

/** A connection pool. After the block, waits until all connections are closed. */
export const pool = asyncContextManager(async function* pool(
  url: string,
  options: PoolConfig = {},
) {
  // By default, pg would wait for a connection forever.
  const pool = new Pool({
    connectionTimeoutMillis: 10_000,
    ...options,
    connectionString: url,
  });
  const open = openConnections(pool);
  try {
    yield pool;
  } finally {
    await pool.end();
    // end() waits until the connections are returned, but not until they are closed.
    while (open.size > 0) await once(pool, 'remove');
  }
});

/**
 * A connection from the pool. Gives it back after the block, or closes it if the block
 * leaves it in an unknown state.
 */
export const checkout = asyncContextManager(async function* checkout(pool: Pool) {
  const client = await pool.connect();
  let isSound = false;
  try {
    yield client;
    isSound = isOutsideTransaction(client);
  } catch (error) {
    isSound =
      error instanceof DatabaseError &&
      (await answers(client)) &&
      isOutsideTransaction(client);
    throw error;
  } finally {
    client.release(!isSound);
  }
  if (!isSound)
    throw new Error('The block left a transaction open, which is rolled back.');
});

function openConnections(pool: Pool): ReadonlySet<PoolClient> {
  const open = new Set<PoolClient>();
  // If a connection breaks, its next query rejects; an event without a listener would
  // end the process.
  const ignore = () => undefined;
  pool.on('error', ignore);
  pool.on('connect', (client) => open.add(client.on('error', ignore)));
  pool.on('remove', (client) => open.delete(client));
  return open;
}

function isOutsideTransaction(client: PoolClient): boolean {
  return client.getTransactionStatus() === 'I';
}

/**
 * Whether the connection still works. A statement's error arrives before the database
 * reports the connection's state; the next answer brings it.
 */
async function answers(client: PoolClient): Promise<boolean> {
  return client.query('').then(
    () => true,
    () => false,
  );
}
