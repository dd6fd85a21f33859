import type { AbortSignalLike } from './abort.ts';

interface Listening {
  readonly callbacks: Set<() => void>;
  readonly listener: () => void;
}

/** One listener per signal for everyone: Node warns about more than ten, and a server may have one signal for all. */
const listenings = /* @__PURE__ */ new WeakMap<AbortSignalLike, Listening>();

/** Calls back when the signal aborts. Returns what undoes that, as often as it is called. */
export function onAbort(signal: AbortSignalLike, callback: () => void): () => void {
  const { callbacks, listener } = listenings.get(signal) ?? listen(signal);
  callbacks.add(callback);
  return () => {
    if (!callbacks.delete(callback) || callbacks.size > 0) return;
    signal.removeEventListener('abort', listener);
    listenings.delete(signal);
  };
}

function listen(signal: AbortSignalLike): Listening {
  const callbacks = new Set<() => void>();
  const listener = () => {
    for (const callback of callbacks) callback();
  };
  signal.addEventListener('abort', listener);
  const listening = { callbacks, listener };
  listenings.set(signal, listening);
  return listening;
}
