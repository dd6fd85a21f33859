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
