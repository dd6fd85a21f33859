import { PGlite } from '@electric-sql/pglite';
import { PGLiteSocketServer } from '@electric-sql/pglite-socket';
import { asyncContextManager, closing, enter } from 'withal';

/**
 * Yields the URL of a Postgres: DATABASE_URL, or else that of an embedded one, which
 * speaks the protocol of a server.
 */
export const postgres = asyncContextManager(async function* postgres() {
  const { DATABASE_URL } = process.env;
  yield DATABASE_URL ?? (yield* enter(embedded()));
});

const embedded = asyncContextManager(async function* embedded() {
  const db = yield* enter(new UnmixedPGlite());
  await db.waitReady;
  const server = new PGLiteSocketServer({ db, port: 0, maxConnections: 50 });
  yield* enter(closing(server, (server) => server.stop()));
  await server.start();
  yield `postgres://postgres@${server.getServerConn()}/postgres`;
});

/**
 * The socket server lets one connection at a time into a transaction. But a statement
 * takes several messages, too. Without this class, those of two connections would mix,
 * and one connection's statement would run with the other's parameters.
 */
class UnmixedPGlite extends PGlite {
  #isWithinStatement = false;

  override isInTransaction(): boolean {
    return this.#isWithinStatement || super.isInTransaction();
  }

  override execProtocolRawStream(
    ...[message, options]: Parameters<PGlite['execProtocolRawStream']>
  ): Promise<void> {
    this.#isWithinStatement = partsOfStatements.has(
      String.fromCharCode(message[0] ?? 0),
    );
    return super.execProtocolRawStream(message, options);
  }
}

/** Parse, Bind, Describe, Execute, Close and Flush, up to a Sync. */
const partsOfStatements = new Set('PBDECH');
