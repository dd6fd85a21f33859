import { PGlite } from '@electric-sql/pglite';
import { PGLiteSocketServer } from '@electric-sql/pglite-socket';
import { asyncContextManager, closing, enter } from 'withal';

/** Gives the URL of a Postgres: that of DATABASE_URL; or else of one within this process, which talks like a server. */
export const postgres = asyncContextManager(async function* postgres() {
  const { DATABASE_URL } = process.env;
  yield DATABASE_URL ?? (yield* enter(embedded()));
});

const embedded = asyncContextManager(async function* embedded() {
  const db = yield* enter(await PGlite.create());
  const server = new PGLiteSocketServer({ db, port: 0, maxConnections: 10 });
  yield* enter(closing(server, (server) => server.stop()));
  await server.start();
  yield `postgres://postgres@${server.getServerConn()}/postgres`;
});
