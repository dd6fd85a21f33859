import { builtin } from '../support/builtin.ts';

/** Runs a function in the ambient context of an earlier moment, from AsyncContext or AsyncLocalStorage. */
export type Within = <Args extends unknown[], R>(fn: (...args: Args) => R, ...args: Args) => R;

interface Host {
  readonly AsyncContext?: { readonly Snapshot: new () => { run: Within } };
}

interface AsyncHooks {
  readonly AsyncResource?: new (type: string) => {
    runInAsyncScope<Args extends unknown[], R>(fn: (...args: Args) => R, self: undefined, ...args: Args): R;
  };
}

/** Takes a snapshot of the ambient context, if the platform has one. */
export function takeSnapshot(): Within | undefined {
  const { AsyncContext } = globalThis as Host;
  if (AsyncContext) {
    const snapshot = new AsyncContext.Snapshot();
    return (fn, ...args) => snapshot.run(fn, ...args);
  }
  const AsyncResource = (builtin('node:async_hooks') as AsyncHooks | undefined)?.AsyncResource;
  if (!AsyncResource) return undefined;
  // AsyncLocalStorage.snapshot() does the same, but Node wraps it in a deprecation, which takes ten times as long.
  const resource = new AsyncResource('withal');
  return (fn, ...args) => resource.runInAsyncScope(fn, undefined, ...args);
}
