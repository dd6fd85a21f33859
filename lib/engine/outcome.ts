import type { ContextManagerError } from '../context-manager-error.ts';
import type { Thrown } from '../protocol.ts';
import { share } from '../support/shared.ts';

// By identity: another error may have the code of an unknown outcome, and a translation is an error of its own.
const unknownOutcomes = /* @__PURE__ */ share('unknownOutcomes', () => new WeakSet());
const refusals = /* @__PURE__ */ share('refusals', () => new WeakSet());

/** Makes what tells a teardown that nobody knows how its block ended. The error never leaves whoever told it. */
export function makeUnknownOutcome(error: ContextManagerError): Thrown {
  unknownOutcomes().add(error);
  return { error };
}

export function isUnknownOutcome({ error }: Thrown): boolean {
  return unknownOutcomes().has(error as object);
}

/** The block's error: nothing if a teardown was told that the outcome is unknown. */
export function blockErrorOf(outcome: Thrown | undefined): Thrown | undefined {
  return outcome && isUnknownOutcome(outcome) ? undefined : outcome;
}

/** Marks an error that says that a block has not run. Nobody may take it for a success. */
export function markRefusal<E extends Error>(error: E): E {
  refusals().add(error);
  return error;
}

export function isRefusal({ error }: Thrown): boolean {
  return refusals().has(error as object);
}
