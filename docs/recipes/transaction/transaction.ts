import { asyncContextManager } from 'withal';

/**
 * Commits what the block did, or rolls it back if the block threw. Within another
 * transaction on the same connection it is a savepoint: it rolls back its own part, and
 * the rest stands.
 */
export const transaction = asyncContextManager(async function* transaction<
  C extends Connection,
>(client: C) {
  // PGlite's `tx` is already in the transaction that PGlite began.
  const depth = depths.get(client) ?? ('rollback' in client ? 1 : 0);
  const { begin, commit, rollback } = statements(depth);
  // Before the BEGIN: a transaction that starts in the same tick must see this one.
  depths.set(client, depth + 1);
  try {
    const { command: begun } = await client.query(begin);
    try {
      if (begun === undefined)
        throw new Error(
          "This client doesn't report what a COMMIT did: use pg, or PGlite 0.5.5.",
        );
      yield client;
      if (depths.get(client) !== depth + 1)
        throw new Error('Two transactions on this connection overlap.');
      const { command } = await client.query(commit);
      // If the block continued after a failed statement, Postgres answers this way
      // instead of with an error.
      if (command === 'ROLLBACK')
        throw new Error(
          'The transaction was rolled back: a statement in it had failed.',
        );
    } catch (error) {
      // If a RELEASE fails, the outer transaction is unusable until the savepoint is
      // rolled back.
      for (const statement of rollback) await client.query(statement);
      throw error;
    }
  } finally {
    // An overlapping transaction may have ended this one, too.
    depths.set(client, Math.min(depth, depths.get(client) ?? 0));
  }
});

/** A client of pg, a PGlite, or the `tx` that PGlite passes to a callback. */
interface Connection {
  query(statement: string): Promise<{ rows: unknown[]; command?: string }>;
  /** Only a pool has this. */
  totalCount?: 'Pass a client: a pool sends each statement over any of its connections.';
}

/** How many transactions each connection is in. */
const depths = new WeakMap<Connection, number>();

function statements(depth: number) {
  if (depth === 0) return { begin: 'BEGIN', commit: 'COMMIT', rollback: ['ROLLBACK'] };
  const name = `savepoint_${String(depth)}`;
  return {
    begin: `SAVEPOINT ${name}`,
    commit: `RELEASE SAVEPOINT ${name}`,
    rollback: [`ROLLBACK TO SAVEPOINT ${name}`, `RELEASE SAVEPOINT ${name}`],
  };
}
