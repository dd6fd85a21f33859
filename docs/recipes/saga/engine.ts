import { DBOS, type DBOSConfig } from '@dbos-inc/dbos-sdk';
import { asyncContextManager } from 'withal';

/**
 * The engine. On entry, it continues the workflows that a process with the same
 * `executorID` left behind. On exit, it waits a while for those that are running; the
 * next process continues the rest. Register workflows before you enter it.
 */
export const engine = asyncContextManager(async function* engine(
  config: Partial<DBOSConfig>,
) {
  DBOS.setConfig({ name: 'trips', applicationVersion: '1', ...config });
  try {
    await DBOS.launch();
    yield;
  } finally {
    await DBOS.shutdown({ workflowCompletionTimeoutMS: 5_000 });
  }
});
