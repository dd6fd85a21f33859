import type { Thrown } from '../protocol.ts';
import { SuppressedError } from '../suppressed-error.ts';
import { define } from '../support/define.ts';
import { describe, isError, isObject } from '../support/describe.ts';
import { errorFields, readField } from '../support/error-fields.ts';
import { share } from '../support/shared.ts';
import { isUnknownOutcome } from './outcome.ts';

/**
 * Returns what to throw when a manager's teardown threw `error` while another error was on its way, so that both can be
 * reached. The new error keeps its identity if possible.
 */
export function keepBoth(error: unknown, thrown: Thrown | undefined): unknown {
  if (!thrown || Object.is(error, thrown.error) || isUnknownOutcome(thrown)) return error;
  const isKept = reach(error, thrown.error).has(thrown.error) || attach(error, thrown.error);
  return isKept ? error : suppressing(error, thrown);
}

/** Returns the `SuppressedError` that `using` would make, with a message that names both. */
export function suppressing(error: unknown, thrown: Thrown | undefined): unknown {
  if (!thrown || isUnknownOutcome(thrown)) return error;
  return new SuppressedError(error, thrown.error, `${clip(describe(error))} (after ${clip(describe(thrown.error))})`);
}

/** Errors may quote the previous one: after 24 of those, the message would be too long for a string. */
function clip(text: string): string {
  return text.length > 200 ? `${text.slice(0, 199)}…` : text;
}

// The causes that this library attached: holder → cause. Shared, because an error may pass both copies.
const links = /* @__PURE__ */ share('links', () => new WeakMap<object, unknown>());
// Everything that was ever attached below such a link, where the short walk of `attach` doesn't look.
const linked = /* @__PURE__ */ share('linked', () => new WeakSet());

/**
 * Attaches `previous` at the end of `error`'s cause chain. Returns false if the chain is a ring, or if its end has a
 * cause, can't be written to, or leads to another request's error through one of our links.
 */
function attach(error: unknown, previous: unknown): boolean {
  const end = [...reach(error, previous, ['cause'], false)].pop();
  if (!isError(end) || isTaken(end)) return false;
  try {
    // Checked before the walk, so that n frozen errors take linear time.
    if (!Object.isExtensible(end)) return false;
    // Only what was attached below a link before can hide from the short walk, so n failing teardowns stay linear.
    const below = reach(previous, end, errorFields, linked().has(end));
    const isAttached = !below.has(end) && define(end, 'cause', previous);
    if (isAttached) {
      links().set(end, previous);
      for (const node of below) if (isObject(node)) linked().add(node);
    }
    return isAttached;
  } catch {
    // A proxy objects.
    return false;
  }
}

/**
 * Whether the error at the end of a chain has a cause after all: one that leads back to itself, or one of our links.
 */
function isTaken(end: object): boolean {
  const [cause] = readField(end, 'cause');
  return cause !== undefined || isLink(end, cause);
}

/** Whether this library attached that cause. */
export function isLink(holder: object, cause: unknown): boolean {
  return links().has(holder) && Object.is(links().get(holder), cause);
}

/**
 * Collects what can be reached from `error`, itself included, until `target` is among it. The set grows while it is
 * walked, so a ring ends the walk.
 */
export function reach(
  error: unknown,
  target: unknown,
  within: readonly string[] = errorFields,
  throughLinks = true,
): Set<unknown> {
  const reached = new Set([error]);
  for (const node of reached) {
    if (reached.has(target)) break;
    for (const field of within) for (const next of follow(node, field, throughLinks)) reached.add(next);
  }
  return reached;
}

/**
 * Reads a field of an error. Along a chain, it ignores our own links, which may belong to another request that failed
 * with the same error object. It doesn't ignore the error's own `cause: undefined`.
 */
function follow(node: unknown, field: string, throughLinks: boolean): unknown[] {
  const found = readField(node, field);
  if (throughLinks || field !== 'cause') return found;
  return found[0] === undefined || (isObject(node) && isLink(node, found[0])) ? [] : found;
}
