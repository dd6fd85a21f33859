import { DBOS, Error as Errors, type StepConfig } from '@dbos-inc/dbos-sdk';

/**
 * One run of a workflow. If its process dies, another process starts another run, which
 * gets the results of this one.
 */
export interface Run {
  /**
   * Calls `act` once, and records its result or error. If the process dies in between,
   * the next run calls it again.
   */
  readonly step: <T>(
    name: string,
    act: () => Promise<T>,
    config?: StepConfig,
  ) => Promise<T>;
  /**
   * Waits up to `seconds` for a message to this workflow; returns null if none
   * arrives.
   */
  readonly message: (topic: string, seconds: number) => Promise<unknown>;
}

/**
 * For a step that must succeed: it is retried after a second, after two, and so on, for
 * about eight hours.
 */
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
    step: (name, act, config) =>
      unlessInterrupted(() => DBOS.runStep(act, { ...config, name })),
    message: (topic, timeoutSeconds) =>
      unlessInterrupted(() => DBOS.recv(topic, { timeoutSeconds })),
  };
}

/**
 * Whether the workflow no longer belongs to this run: someone canceled it, another
 * process took it over, or different code made the record. To managers, this looks like
 * any other error, and they start to undo what isn't theirs to undo anymore.
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
