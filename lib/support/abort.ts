import { builtin } from './builtin.ts';
import { define } from './define.ts';
import { isObject } from './describe.ts';
import { noAbortController } from './messages.ts';
import { platformError } from './platform-error.ts';

/** The part of an `AbortSignal` that this package needs, because DOM or Node types may be missing. */
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

/** The environment's own `AbortSignal` if its types are known, or else a structural stand-in. */
export type EnvironmentAbortSignal = typeof globalThis extends { AbortSignal: { prototype: infer Signal } }
  ? Signal
  : AbortSignalLike;

/** Whether the value is an `AbortSignal` from any realm, or can stand in for one. */
export function isAbortSignal(value: unknown): value is AbortSignalLike {
  return isObject(value) && typeof value['aborted'] === 'boolean' && typeof value['addEventListener'] === 'function';
}

export interface AbortSource {
  readonly signal: EnvironmentAbortSignal;
  abort(reason?: unknown): void;
}

interface Environment {
  readonly AbortController?: new () => AbortSource;
}

interface Events {
  setMaxListeners(count: number, target: unknown): void;
}

/** `new AbortController()`, in a library that is compiled without the types of any environment. */
export function abortSource(): AbortSource {
  const { AbortController } = globalThis as unknown as Environment;
  if (!AbortController) throw noAbortController();
  const source = new AbortController();
  try {
    // Node 20 warns about a leak when ten tasks of a block listen to its signal at once.
    (builtin('node:events') as Events).setMaxListeners(0, source.signal);
  } catch {
    // A signal from elsewhere, such as jsdom, has no limit, and neither does a platform without that module.
  }
  return 'reason' in source.signal ? source : withReasons(source);
}

/** React Native's AbortController doesn't support reasons. */
function withReasons(source: AbortSource): AbortSource {
  const { signal } = source;
  define(signal, 'throwIfAborted', () => {
    if (signal.aborted) throw reasonOf(signal);
  });
  return {
    signal,
    abort(reason: unknown = reasonOf(signal)) {
      if (!signal.aborted) define(signal, 'reason', reason);
      source.abort();
    },
  };
}

/** Why a signal aborted, even if it doesn't support reasons. */
export function reasonOf(signal: AbortSignalLike): unknown {
  return 'reason' in signal ? signal.reason : platformError('AbortError', 'This operation was aborted');
}
