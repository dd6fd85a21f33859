import type { Thrown } from '../protocol.ts';
import { SuppressedError } from '../suppressed-error.ts';
import { define } from '../support/define.ts';
import { describe, isError, isObject } from '../support/describe.ts';
import { errorFields, readField } from '../support/error-fields.ts';

/**
 * What to throw when a manager's teardown threw `error` while another was on its way, so that both can be reached.
 * The new error stays itself wherever that is possible.
 */
export function keepBoth(error: unknown, thrown: Thrown | undefined): unknown {
  if (!thrown || Object.is(error, thrown.error) || isUnknownOutcome(thrown)) return error;
  const isKept = reach(error, thrown.error).has(thrown.error) || attach(error, thrown.error);
  return isKept ? error : suppressing(error, thrown);
}

/** What `using` makes of the two, with a message that names both. */
export function suppressing(error: unknown, thrown: Thrown | undefined): unknown {
  if (!thrown || isUnknownOutcome(thrown)) return error;
  return new SuppressedError(error, thrown.error, `${describe(error)} (after ${describe(thrown.error)})`);
}

/**
 * What is left of a teardown's error for a caller who is not to see the outcome that the teardown was told: nothing,
 * where it is that outcome, or a translation of it.
 */
export function withoutOutcome(
  error: unknown,
  outcome: unknown,
  seen: Set<unknown> = new Set<unknown>(),
): Thrown | undefined {
  if (Object.is(error, outcome)) return undefined;
  if (seen.has(error) || !reach(error, outcome).has(outcome)) return { error };
  seen.add(error);
  for (const suppressed of readField(error, 'suppressed')) {
    const left = withoutOutcome(readField(error, 'error')[0], outcome, seen);
    const below = withoutOutcome(suppressed, outcome, seen);
    return left ? { error: suppressing(left.error, below) } : below;
  }
  return Object.is(readField(error, 'cause')[0], outcome) ? undefined : { error };
}

/** The block's error: nothing if a teardown was told that the outcome is unknown. */
export function blockErrorOf(outcome: Thrown | undefined): Thrown | undefined {
  return outcome && isUnknownOutcome(outcome) ? undefined : outcome;
}

/** Whether it tells a teardown that the outcome of its block is not known. It is not to leave whoever told it. */
export function isUnknownOutcome({ error }: Thrown): boolean {
  return readField(error, 'code')[0] === 'ERR_OUTCOME_UNKNOWN';
}

// Links that `attach` made: holder → what it was given as its cause.
const links = new WeakMap<object, unknown>();
// Everything that was ever hung below such a link, where `reach` does not look.
const linked = new WeakSet();

/** Hangs `previous` at the end of the cause chain of `error`; false where the chain is a ring, or its end is taken or not to be written to. */
function attach(error: unknown, previous: unknown): boolean {
  const end = [...reach(error, previous, ['cause'], false)].pop();
  if (!isError(end) || follow(end, 'cause', false).length > 0) return false;
  try {
    // Asked before the walk, so that n frozen errors stay linear.
    if (!Object.isExtensible(end)) return false;
    // Only what was hung below a link before can hide from the short walk; so n failing teardowns stay linear.
    const below = reach(previous, end, errorFields, linked.has(end));
    const isAttached = !below.has(end) && define(end, 'cause', previous);
    if (isAttached) {
      links.set(end, previous);
      for (const node of below) if (isObject(node)) linked.add(node);
    }
    return isAttached;
  } catch {
    // A proxy objects.
    return false;
  }
}

/** What can be reached from `error`, itself included, until `target` is among it. The set grows while it is walked, so a ring ends the walk. */
export function reach(
  error: unknown,
  target: unknown,
  within: string[] = errorFields,
  throughLinks = true,
): Set<unknown> {
  const reached = new Set([error]);
  for (const node of reached) {
    if (reached.has(target)) break;
    for (const field of within) for (const next of follow(node, field, throughLinks)) reached.add(next);
  }
  return reached;
}

/** Reads a field; without what a link of ours put there, which may belong to another request that failed with the same object. */
function follow(node: unknown, field: string, throughLinks: boolean): unknown[] {
  const found = readField(node, field);
  const isLink = field === 'cause' && isObject(node) && links.has(node) && Object.is(links.get(node), found[0]);
  return isLink && !throughLinks ? [] : found;
}

/** Reads all errors that somebody's error holds, but for a link of ours. */
export function readOwnErrors(node: unknown): unknown[] {
  return errorFields.flatMap((field) => follow(node, field, false));
}
