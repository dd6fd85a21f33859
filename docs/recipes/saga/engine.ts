import { DBOS, type DBOSConfig } from '@dbos-inc/dbos-sdk';
import { asyncContextManager } from 'withal';

/**
 * The engine. On entry it goes on with the workflows that a process of the same `executorID` left behind; on exit it
 * waits a while for those that are running, and leaves the others to the next process. Register workflows before.
 */
export const engine = asyncContextManager(async function* engine(config: Partial<DBOSConfig>) {
  DBOS.setConfig({ name: 'trips', applicationVersion: '1', ...config });
  try {
    await DBOS.launch();
    yield;
  } finally {
    await DBOS.shutdown({ workflowCompletionTimeoutMS: 5_000 });
  }
});
