import { recognize } from './support/error-class.ts';

/**
 * How the protocol of managers was broken:
 *
 * - `ERR_DID_NOT_YIELD`: a generator finished before it yielded;
 * - `ERR_DID_NOT_STOP`: a generator yielded again when it should have finished;
 * - `ERR_ALREADY_ENTERED`: a manager object was entered by hand while it was already entered;
 * - `ERR_NOT_ENTERED`: a manager object was exited by hand while it was not entered;
 * - `ERR_OUTCOME_UNKNOWN`: a block ended without declaring success.
 */
export type ContextManagerErrorCode =
  'ERR_DID_NOT_YIELD' | 'ERR_DID_NOT_STOP' | 'ERR_ALREADY_ENTERED' | 'ERR_NOT_ENTERED' | 'ERR_OUTCOME_UNKNOWN';

/**
 * A manager broke the protocol, or was used against it. Its {@link ContextManagerError.code | code}
 * says how; its message names the manager and says what to do.
 *
 * `instanceof` recognizes the errors of every copy of this package, ES module or CommonJS.
 *
 * @example
 * ```ts
 * import { asyncContextManager, ContextManagerError, withAsync } from 'withal';
 *
 * const empty = asyncContextManager(async function* empty() {});
 *
 * const error = await withAsync(empty(), () => {}).catch((error: unknown) => error);
 * error instanceof ContextManagerError; // => true
 * (error as ContextManagerError).code; // => 'ERR_DID_NOT_YIELD'
 * ```
 */
export class ContextManagerError extends Error {
  /** How the protocol was broken. */
  readonly code: ContextManagerErrorCode;

  constructor(code: ContextManagerErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.code = code;
  }

  static {
    recognize(this, 'ContextManagerError');
  }
}
