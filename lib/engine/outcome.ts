import type { ContextManagerError } from '../context-manager-error.ts';
import type { Thrown } from '../protocol.ts';
import { share } from '../support/shared.ts';

// What errors say about a block. They're marked by identity: another error may have the same code, and a translated
// error says nothing.
const marks = /* @__PURE__ */ share('marks', () => new WeakMap<object, 'unknown' | 'refused'>());

/** Makes the error that tells a teardown that its block's outcome is unknown. The block's caller never sees it. */
export function makeUnknownOutcome(error: ContextManagerError): Thrown {
  marks().set(error, 'unknown');
  return { error };
}

export function isUnknownOutcome({ error }: Thrown): boolean {
  return marks().get(error as object) === 'unknown';
}

/** The block's error; undefined if the outcome is unknown. */
export function blockErrorOf(outcome: Thrown | undefined): Thrown | undefined {
  return outcome && isUnknownOutcome(outcome) ? undefined : outcome;
}

/** Marks an error that says that a block hasn't run, which must never count as a success. */
export function markRefusal<E extends Error>(error: E): E {
  marks().set(error, 'refused');
  return error;
}

export function isRefusal({ error }: Thrown): boolean {
  return marks().get(error as object) === 'refused';
}
