import { isError } from './describe.ts';
import { ContextManagerError, held, heldBy } from './errors.ts';

/** As much of an `AbortSignal` as an environment without DOM or Node types can say. */
export interface AbortSignalLike {
  /** Whether it has aborted. */
  readonly aborted: boolean;
  /** Why it has aborted. */
  readonly reason: unknown;
  /** Throws the reason if it has aborted. */
  throwIfAborted(): void;
  /** Calls the listener when it aborts. */
  addEventListener(type: 'abort', listener: () => void): void;
  /** Undoes `addEventListener`. */
  removeEventListener(type: 'abort', listener: () => void): void;
}

/** The environment's own `AbortSignal` where its types are known, a structural stand-in where they are not. */
export type EnvironmentAbortSignal = typeof globalThis extends { AbortSignal: { prototype: infer Signal } }
  ? Signal
  : AbortSignalLike;

export interface AbortSource {
  readonly signal: EnvironmentAbortSignal;
  abort(reason?: unknown): void;
}

/** `new AbortController()`, in a library that is compiled without the types of any environment. */
export function abortSource(): AbortSource {
  const { AbortController } = globalThis as unknown as { AbortController: new () => AbortSource };
  return new AbortController();
}

/**
 * Whether the error only says that the signal aborted: its reason, a bare AbortError, or what leads to nothing else. An
 * error that leads to another one too, as where a teardown failed on the way, says more.
 */
export function isAbort(error: unknown, { reason }: { readonly reason: unknown }): boolean {
  const nodes = new Set([error]);
  let isFound = false;
  // The set grows while it is walked, so a ring ends the walk.
  for (const node of nodes) {
    const below = Object.is(node, reason) ? [] : heldBy(node);
    for (const next of below) nodes.add(next);
    if (below.length > 0 && !(node instanceof ContextManagerError)) continue;
    if (!Object.is(node, reason) && !isBareAbortError(node)) return false;
    isFound = true;
  }
  return isFound;
}

function isBareAbortError(error: unknown): boolean {
  return isError(error) && held(error, 'name')[0] === 'AbortError';
}
