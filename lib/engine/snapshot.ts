import { builtin } from '../support/builtin.ts';

/** Runs a function in the ambient context of another moment: that of AsyncContext, or of AsyncLocalStorage. */
export type Within = <Args extends unknown[], R>(fn: (...args: Args) => R, ...args: Args) => R;

interface Host {
  readonly AsyncContext?: { readonly Snapshot: new () => { run: Within } };
}

interface AsyncHooks {
  readonly AsyncLocalStorage: { snapshot?(): Within };
}

/** Takes a snapshot of the ambient context, if the platform has one. */
export function takeSnapshot(): Within | undefined {
  const { AsyncContext } = globalThis as Host;
  if (!AsyncContext) return (builtin('node:async_hooks') as AsyncHooks | undefined)?.AsyncLocalStorage.snapshot?.();
  const snapshot = new AsyncContext.Snapshot();
  return (fn, ...args) => snapshot.run(fn, ...args);
}
