/** Where an installed package would be, by the name of the folder. */
export function contextManager(fn: unknown): unknown {
  return fn;
}
