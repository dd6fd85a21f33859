import type { IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { asyncContextManager, enter, withAsync } from 'withal';
import { database, transaction } from './database.ts';
import { directory } from './directory.ts';
import { job } from './job.ts';
import { createTable, respond, writeReport } from './payments.ts';
import { server } from './server.ts';

export interface Settings {
  readonly port: number;
  /**
   * `postgres://…` for a server, `memory://` or `file://…` for an embedded Postgres.
   */
  readonly database: string;
  /** The time between two reports, in milliseconds. */
  readonly reportEvery: number;
}

/** The whole service, each part on top of the parts before it; yields its URL. */
export const app = asyncContextManager(async function* app(settings: Settings) {
  const folder = yield* enter(directory('service-'));
  const report = join(folder, 'report.json');

  const pool = yield* enter(database(settings.database));
  await withAsync(transaction(pool), createTable);

  const write = () => withAsync(transaction(pool), (tx) => writeReport(tx, report));
  yield* enter(job(settings.reportEvery, write));

  const handle = (request: IncomingMessage) =>
    withAsync(transaction(pool), (tx) => respond(request, tx, report));
  const url = yield* enter(server(settings.port, handle));

  yield url;
});
