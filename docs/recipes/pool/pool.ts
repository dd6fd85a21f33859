import { once } from 'node:events';
import { DatabaseError, Pool, type PoolClient, type PoolConfig } from 'pg';
import { asyncContextManager } from 'withal';

/** A pool of connections. After the block it waits until all are given back and closed. */
export const pool = asyncContextManager(async function* pool(url: string, options: PoolConfig = {}) {
  // pg itself would wait for a connection as long as it takes.
  const pool = new Pool({ connectionTimeoutMillis: 10_000, ...options, connectionString: url });
  const open = openConnections(pool);
  try {
    yield pool;
  } finally {
    await pool.end();
    // That waits until they are given back, and not until they are closed.
    while (open.size > 0) await once(pool, 'remove');
  }
});

/** A connection of the pool: it is waited for, given back after the block, and closed where the block leaves it in doubt. */
export const checkout = asyncContextManager(async function* checkout(pool: Pool) {
  const client = await pool.connect();
  let isSound = false;
  try {
    yield client;
    isSound = isOutsideTransaction(client);
  } catch (error) {
    isSound = error instanceof DatabaseError && (await answers(client)) && isOutsideTransaction(client);
    throw error;
  } finally {
    client.release(!isSound);
  }
  if (!isSound) throw new Error('The block left a transaction open, which is rolled back.');
});

function openConnections(pool: Pool): ReadonlySet<PoolClient> {
  const open = new Set<PoolClient>();
  // Of a connection that breaks the next query tells; an event that nobody listens to would end the process.
  const ignore = () => undefined;
  pool.on('error', ignore);
  pool.on('connect', (client) => open.add(client.on('error', ignore)));
  pool.on('remove', (client) => open.delete(client));
  return open;
}

function isOutsideTransaction(client: PoolClient): boolean {
  return client.getTransactionStatus() === 'I';
}

/** A statement fails before the database says where that leaves the connection; with the next answer that is known. */
async function answers(client: PoolClient): Promise<boolean> {
  return client.query('').then(
    () => true,
    () => false,
  );
}
