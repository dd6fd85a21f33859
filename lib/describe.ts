/** Anything that can have properties of its own. */
export function isObject(value: unknown): value is Record<PropertyKey, unknown> {
  return (typeof value === 'object' && value !== null) || typeof value === 'function';
}

/** Whether awaiting the value would call its `then`. */
export function isThenable(value: unknown): value is PromiseLike<unknown> {
  return isObject(value) && typeof value['then'] === 'function';
}

/** What kind of built-in the value is, in whichever realm it was made: "AsyncGeneratorFunction", "Promise", … */
export function kindOf(value: unknown): string {
  return Object.prototype.toString.call(value).slice('[object '.length, -1);
}

/** Whether the value is a generator object, async or not, as the engine makes them. */
export function isGenerator(value: unknown): boolean {
  return kindOf(value).endsWith('Generator');
}

/** The value as a message names it. */
export function describe(value: unknown): string {
  if (typeof value === 'function') return `function ${value.name}()`;
  if (typeof value === 'string') return `"${value}"`;
  return isObject(value)
    ? `an object (${(value.constructor as { name?: string } | undefined)?.name || kindOf(value)})`
    : String(value);
}

/** Keeps a promise that nobody will look at from ending the process when it rejects. A lazy thenable is not started. */
export function markHandled(value: unknown): void {
  if (kindOf(value) === 'Promise') (value as Promise<unknown>).catch(() => undefined);
}
