import { DBOS, Error as Errors, type StepConfig } from '@dbos-inc/dbos-sdk';

/** One run of a workflow. When its process dies, another process makes another run, which gets the results of this one. */
export interface Run {
  /** Acts once, and records the result or the error. If the process dies in between, the next run acts again. */
  readonly step: <T>(name: string, act: () => Promise<T>, config?: StepConfig) => Promise<T>;
  /** Waits that many seconds for a message to this workflow, and gives null if none comes. */
  readonly message: (topic: string, seconds: number) => Promise<unknown>;
}

/** For a step that must be done: it is tried again after a second, after two, and so on, for about eight hours. */
export const persistently: StepConfig = { retriesAllowed: true, maxAttempts: 20 };

export function newRun(): Run {
  let interruption: Error | undefined;

  async function unlessInterrupted<T>(call: () => Promise<T>): Promise<T> {
    if (interruption) throw interruption;
    try {
      return await call();
    } catch (error) {
      if (isInterruption(error)) interruption = error;
      throw error;
    }
  }

  return {
    step: (name, act, config) => unlessInterrupted(() => DBOS.runStep(act, { ...config, name })),
    message: (topic, timeoutSeconds) => unlessInterrupted(() => DBOS.recv(topic, { timeoutSeconds })),
  };
}

/**
 * Whether the workflow is no longer this run's: someone canceled it, another process has taken it over, or the record
 * was made by other code. Managers see an error like any other, and begin to undo what isn't theirs to undo any more.
 */
function isInterruption(error: unknown): error is Error {
  return interruptions.some((type) => error instanceof type);
}

const interruptions = [
  Errors.DBOSWorkflowCancelledError,
  Errors.DBOSWorkflowConflictError,
  Errors.DBOSUnexpectedStepError,
  Errors.DBOSStepNondeterminismError,
];
