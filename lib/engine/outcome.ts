import type { ContextManagerError } from '../context-manager-error.ts';
import type { Thrown } from '../protocol.ts';
import { define } from '../support/define.ts';

/** Where an unknown outcome holds itself. Registered, because the copies of this package may meet. */
const unknownOutcome: unique symbol = Symbol.for('withal.unknownOutcome');

/** Makes what tells a teardown that nobody knows how its block ended. The error never leaves whoever told it. */
export function makeUnknownOutcome(error: ContextManagerError): Thrown {
  define(error, unknownOutcome, error);
  return { error };
}

/** Whether it is an unknown outcome itself. Another error may have its code, and a translation is an error of its own. */
export function isUnknownOutcome({ error }: Thrown): boolean {
  try {
    return (error as { [unknownOutcome]?: unknown } | undefined)?.[unknownOutcome] === error && error !== undefined;
  } catch {
    // A proxy objects.
    return false;
  }
}

/** The block's error: nothing if a teardown was told that the outcome is unknown. */
export function blockErrorOf(outcome: Thrown | undefined): Thrown | undefined {
  return outcome && isUnknownOutcome(outcome) ? undefined : outcome;
}
