import { isError } from '../support/describe.ts';
import { errorFields, readField } from '../support/error-fields.ts';
import { isLink, keepBoth, reach } from './join.ts';
import { isUnknownOutcome } from './outcome.ts';

/** A signal that has aborted, or anything else with a reason to stop. */
export interface Aborted {
  readonly reason: unknown;
}

/**
 * Whether the error adds nothing to the reason: it's the reason, or an AbortError that leads to no other error, not
 * even through a link of this library.
 */
export function isAbort(error: unknown, { reason }: Aborted): boolean {
  if (!Object.is(error, reason) && !isAbortError(error)) return false;
  const known = reachAll(reason, false).add(error);
  // An error's own `cause: undefined` says nothing, but one that this library attached is an error that was thrown.
  if (!isLink(error as object, undefined)) known.add(undefined);
  return [...reachAll(error, true)].every((node) => known.has(node));
}

function isAbortError(error: unknown): boolean {
  return isError(error) && readField(error, 'name')[0] === 'AbortError';
}

function reachAll(error: unknown, throughLinks: boolean): Set<unknown> {
  return reach(error, {}, errorFields, throughLinks);
}

/** The error of a block that failed after the signal aborted: the reason, or an error that says more and keeps it. */
export function withReason(error: unknown, signal: Aborted): unknown {
  if (isUnknownOutcome({ error })) return error;
  return isAbort(error, signal) ? signal.reason : keepBoth(error, { error: signal.reason });
}
