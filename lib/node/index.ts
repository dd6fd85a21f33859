/**
 * Managers of what belongs to a Node process.
 *
 * @module withal/node
 */

// Where output goes
export { redirectStderr, redirectStdout } from './redirect.ts';
export type { StreamTarget, TextTarget } from './redirect.ts';

// The current directory
export { chdir } from './chdir.ts';
export type { FileUrl } from './chdir.ts';

// Ctrl-C
export { terminationSignal } from './signal.ts';
export type { SignalName, TerminationError } from './signal.ts';

// What the managers are, for declarations that name them
export type { AbortSignalLike } from '../support/abort.ts';
export type { AsyncContextManager, ContextManager, ExitAnswer, Suppressed, Thrown } from '../protocol.ts';
