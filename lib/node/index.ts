/**
 * Managers for Node processes.
 *
 * @module withal/node
 */

// Where output goes
export { redirectStderr } from './redirect-stderr.ts';
export { redirectStdout } from './redirect-stdout.ts';
export type { StreamTarget, TextTarget } from './redirection.ts';

// The current directory
export { chdir } from './chdir.ts';
export type { FileUrl } from './chdir.ts';

// Ctrl-C
export { terminationSignal } from './termination-signal.ts';
export type { SignalName, TerminationError, TerminationSignalOptions } from './termination-signal.ts';
export type { GraceReport } from './grace.ts';
export type { OpenBlock } from '../support/open-blocks.ts';

// The types of managers, for declarations that name them
export type { AbortSignalLike } from '../support/abort.ts';
export type { AsyncContextManager, ContextManager, ExitAnswer, Suppressed, Thrown } from '../protocol.ts';
