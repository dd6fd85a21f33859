// A process that books trips: the ones it is asked for, and the ones that a killed
// process left unfinished.

import { DBOS } from '@dbos-inc/dbos-sdk';
import { enter, scopeAsync } from 'withal';
import { pool } from '../pool/pool.ts';
import { agency } from './agency.ts';
import { engine } from './engine.ts';
import { queueName, trips } from './saga.ts';
import { heartbeat, takeover } from './takeover.ts';

const { DATABASE_URL, CONCURRENCY = '5', SILENCE = '10' } = process.env;
const [url = '', executorID = '', ...names] = process.argv.slice(2);

// Ignores most of the engine's log: this program prints how each trip ended.
const ignore = () => undefined;
const logger = { debug: ignore, info: ignore, warn: console.warn, error: ignore };
// The embedded Postgres can't send notifications.
const useListenNotify = url === DATABASE_URL;

await scopeAsync(async function* worker() {
  const db = yield* enter(pool(url));
  const trip = trips(agency(db));
  yield* enter(heartbeat(db, executorID));
  yield* enter(engine({ systemDatabaseUrl: url, executorID, logger, useListenNotify }));
  yield* enter(takeover(db, Number(SILENCE)));
  await DBOS.registerQueue(queueName, {
    workerConcurrency: Number(CONCURRENCY),
    minPollingIntervalMs: 100,
  });

  const handles = await Promise.all(
    names.map((workflowID) => DBOS.startWorkflow(trip, { workflowID, queueName })()),
  );
  for (const handle of handles) {
    console.log(' ', await handle.getResult({ pollingIntervalMs: 100 }).catch(String));
  }
});
