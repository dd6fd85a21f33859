// On a runtime that has none, the registered stand-ins that Babel's and esbuild's helpers look for.

export const dispose: typeof Symbol.dispose =
  (Symbol as { dispose?: typeof Symbol.dispose }).dispose ?? (Symbol.for('Symbol.dispose') as typeof Symbol.dispose);

export const asyncDispose: typeof Symbol.asyncDispose =
  (Symbol as { asyncDispose?: typeof Symbol.asyncDispose }).asyncDispose ??
  (Symbol.for('Symbol.asyncDispose') as typeof Symbol.asyncDispose);

/** Hermes has none; what Babel's helpers take in its place. */
export const asyncIterator: typeof Symbol.asyncIterator =
  (Symbol as { asyncIterator?: typeof Symbol.asyncIterator }).asyncIterator ??
  ('@@asyncIterator' as unknown as typeof Symbol.asyncIterator);

/** What Node, Deno and Bun ask an object for that they print. */
export const inspect: unique symbol = Symbol.for('nodejs.util.inspect.custom');
