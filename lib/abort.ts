import { isError } from './describe.ts';
import { holds } from './errors.ts';

/** As much of an `AbortSignal` as an environment without DOM or Node types can say. */
export interface AbortSignalLike {
  readonly aborted: boolean;
  readonly reason: unknown;
  throwIfAborted(): void;
  addEventListener(type: 'abort', listener: () => void): void;
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

/** Whether the error only says that the signal aborted: its reason, an error that leads to that, or a bare AbortError. */
export function isAbort(error: unknown, { reason }: { readonly reason: unknown }): boolean {
  return holds(error, reason) || (isError(error) && error.name === 'AbortError' && error.cause === undefined);
}
