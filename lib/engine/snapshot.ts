/** Runs a function in the ambient context of another moment: that of AsyncContext, or of AsyncLocalStorage. */
export type Within = <Args extends unknown[], R>(fn: (...args: Args) => R, ...args: Args) => R;

interface Host {
  readonly AsyncContext?: { readonly Snapshot: new () => { run: Within } };
  readonly process?: {
    getBuiltinModule?(name: 'node:async_hooks'): { AsyncLocalStorage: { snapshot?(): Within } } | undefined;
  };
}

/** Takes a snapshot of the ambient context, if the platform has one. Node's is reached without an import. */
export function takeSnapshot(): Within | undefined {
  const { AsyncContext, process } = globalThis as Host;
  if (!AsyncContext) return process?.getBuiltinModule?.('node:async_hooks')?.AsyncLocalStorage.snapshot?.();
  const snapshot = new AsyncContext.Snapshot();
  return (fn, ...args) => snapshot.run(fn, ...args);
}
