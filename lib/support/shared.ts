import { define } from './define.ts';

/**
 * Returns a getter for something that the ES module and the CommonJS copy of this package share in a process. The first
 * call makes it. If the global object is frozen, each copy has its own.
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
