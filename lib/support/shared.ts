import { define } from './define.ts';

/**
 * Makes a getter of what the ES module and the CommonJS copy of this package share in a process, made by whichever asks
 * first. If the global object is frozen, each copy has its own.
 */
export function share<T extends object>(name: string, make: () => T): () => T {
  const key = Symbol.for(`withal.${name}`);
  let found: T | undefined;
  return () => {
    found ??= (globalThis as Record<symbol, T | undefined>)[key];
    if (!found) define(globalThis, key, (found = make()));
    return found;
  };
}
