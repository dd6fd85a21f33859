import { describe, isError, isObject } from './describe.ts';
import type { Thrown } from './protocol.ts';

/**
 * What was done against the protocol of managers:
 *
 * - `ERR_DID_NOT_YIELD`: a generator finished before it yielded;
 * - `ERR_DID_NOT_STOP`: a generator yielded again when it should have finished;
 * - `ERR_ALREADY_ENTERED`: a manager object was entered by hand while it was entered;
 * - `ERR_NOT_ENTERED`: a manager object was exited by hand while it was not entered;
 * - `ERR_OUTCOME_UNKNOWN`: a block ended without saying that it succeeded.
 */
export type ContextManagerErrorCode =
  'ERR_DID_NOT_YIELD' | 'ERR_DID_NOT_STOP' | 'ERR_ALREADY_ENTERED' | 'ERR_NOT_ENTERED' | 'ERR_OUTCOME_UNKNOWN';

/**
 * A manager broke the protocol, or was used against it. Its {@link ContextManagerError.code | code}
 * says how; its message names the manager and says what to do.
 *
 * `instanceof` recognises the errors of every copy of this package, ES module or CommonJS.
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
  /** What was done against the protocol. */
  readonly code: ContextManagerErrorCode;

  constructor(code: ContextManagerErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.code = code;
  }

  static {
    recognised(this, 'ContextManagerError');
  }
}

/**
 * Two errors of which neither is lost: `error` was thrown by a teardown while `suppressed` was
 * on its way. The platform's own class where there is one, an equal one where there is none.
 *
 * @example
 * ```ts
 * import { SuppressedError } from 'withal';
 *
 * const both = new SuppressedError('thrown by the teardown', 'thrown by the block');
 * both.error; // => 'thrown by the teardown'
 * both.suppressed; // => 'thrown by the block'
 * ```
 */
export const SuppressedError: SuppressedErrorConstructor = /* @__PURE__ */ platformSuppressedError();
export type SuppressedError = globalThis.SuppressedError;

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
  for (const suppressed of held(error, 'suppressed')) {
    const left = withoutOutcome(held(error, 'error')[0], outcome, seen);
    const below = withoutOutcome(suppressed, outcome, seen);
    return left ? { error: suppressing(left.error, below) } : below;
  }
  return Object.is(held(error, 'cause')[0], outcome) ? undefined : { error };
}

/** Where errors keep other errors. */
const fields = ['cause', 'errors', 'error', 'suppressed'];

/** Whether it tells a teardown that the outcome of its block is not known. It is not to leave whoever told it. */
export function isUnknownOutcome({ error }: Thrown): boolean {
  return held(error, 'code')[0] === 'ERR_OUTCOME_UNKNOWN';
}

// Links that `attach` made: holder → what it was given as its cause.
const links = new WeakMap<object, unknown>();
// Everything that was ever hung below such a link, where `reach` does not look.
const linked = new WeakSet();

/** Hangs `previous` at the end of the cause chain of `error`; false where the chain is a ring, or its end is taken or not to be written to. */
function attach(error: unknown, previous: unknown): boolean {
  const end = [...reach(error, previous, ['cause'], false)].pop();
  if (!isError(end) || held(end, 'cause').length > 0) return false;
  try {
    // Asked before the walk, so that n frozen errors stay linear.
    if (!Object.isExtensible(end)) return false;
    // Only what was hung below a link before can hide from the short walk; so n failing teardowns stay linear.
    const kept = reach(previous, end, fields, linked.has(end));
    const isAttached = !kept.has(end) && define(end, 'cause', previous);
    if (isAttached) {
      links.set(end, previous);
      for (const node of kept) if (isObject(node)) linked.add(node);
    }
    return isAttached;
  } catch {
    // A proxy objects.
    return false;
  }
}

/** What can be reached from `error`, itself included, until `target` is among it. The set grows while it is walked, so a ring ends the walk. */
export function reach(error: unknown, target: unknown, within: string[] = fields, throughLinks = true): Set<unknown> {
  const reached = new Set([error]);
  for (const node of reached) {
    if (reached.has(target)) break;
    for (const field of within) for (const next of held(node, field, throughLinks)) reached.add(next);
  }
  return reached;
}

/**
 * What somebody's error has in a field, if it has that field: a `cause` of undefined is a cause too. A field that can't
 * be read holds the error itself: such a ring ends every walk.
 */
export function held(node: unknown, field: string, throughLinks?: boolean): unknown[] {
  try {
    if (!isObject(node) || !(field in node)) return [];
    const value = node[field];
    // A link of ours may belong to another request that failed with the same error object: it is nobody's history.
    if (!throughLinks && field === 'cause' && links.has(node) && Object.is(links.get(node), value)) return [];
    if (field === 'errors' && Array.isArray(value)) return [...(value as unknown[])];
    // A getter that makes a new answer each time could lead on for ever.
    return Object.is(value, node[field]) ? [value] : [node];
  } catch {
    return [node];
  }
}

/** The errors that somebody's error has, but for a link of ours. */
export function heldBy(node: unknown): unknown[] {
  return fields.flatMap((field) => held(node, field));
}

export function define(target: object, key: PropertyKey, value: unknown): boolean {
  return Reflect.defineProperty(target, key, { value, writable: true, configurable: true });
}

/**
 * Gives a class its name, and an `instanceof` that takes the errors of every copy of this package, told by that name.
 * A subclass takes its own alone.
 */
function recognised(errorClass: { prototype: Error }, name: string): void {
  // On the prototype, and before any instance: V8 writes the name into the stack when the error is made.
  define(errorClass.prototype, 'name', name);
  define(errorClass, Symbol.hasInstance, function (this: unknown, value: unknown) {
    return (
      (this === errorClass && isError(value) && held(value, 'name')[0] === name) ||
      Error[Symbol.hasInstance].call(this, value)
    );
  });
}

function platformSuppressedError(): SuppressedErrorConstructor {
  // The value of a property, whose name no minifier takes.
  const { SuppressedError } = {
    SuppressedError: class extends Error {
      constructor(error: unknown, suppressed: unknown, message?: string) {
        super(message);
        define(this, 'error', error);
        define(this, 'suppressed', suppressed);
      }
    },
  };
  recognised(SuppressedError, 'SuppressedError');
  return ((globalThis as { SuppressedError?: unknown }).SuppressedError ??
    SuppressedError) as SuppressedErrorConstructor;
}
