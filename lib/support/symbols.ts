// If the runtime lacks these symbols, the registered stand-ins that the helpers of Babel and esbuild look for.

export const dispose: typeof Symbol.dispose =
  (Symbol as { dispose?: typeof Symbol.dispose }).dispose ?? (Symbol.for('Symbol.dispose') as typeof Symbol.dispose);

export const asyncDispose: typeof Symbol.asyncDispose =
  (Symbol as { asyncDispose?: typeof Symbol.asyncDispose }).asyncDispose ??
  (Symbol.for('Symbol.asyncDispose') as typeof Symbol.asyncDispose);

/** Hermes doesn't have it; Babel's helpers use this instead. */
export const asyncIterator: typeof Symbol.asyncIterator =
  (Symbol as { asyncIterator?: typeof Symbol.asyncIterator }).asyncIterator ??
  ('@@asyncIterator' as unknown as typeof Symbol.asyncIterator);

/** The method that Node, Deno and Bun call on an object that they print. */
export const inspect: unique symbol = Symbol.for('nodejs.util.inspect.custom');
