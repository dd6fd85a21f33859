/** Anything that can have its own properties. */
export function isObject(value: unknown): value is Record<PropertyKey, unknown> {
  return (typeof value === 'object' && value !== null) || typeof value === 'function';
}

/** Whether awaiting the value would call its `then`. */
export function isThenable(value: unknown): value is PromiseLike<unknown> {
  return isObject(value) && typeof value['then'] === 'function';
}

/** What kind of built-in the value is, from any realm: "AsyncGeneratorFunction", "Promise", … */
export function kindOf(value: unknown): string {
  return Object.prototype.toString.call(value).slice('[object '.length, -1);
}

/** Whether the value is a generator object, async or not, as the engine makes them. */
export function isGenerator(value: unknown): boolean {
  // First, because this rules out other values fastest.
  return isObject(value) && 'next' in value && kindOf(value).endsWith('Generator');
}

/** Whether the value can be driven like a generator, including what compilers make of generators. */
export function isGeneratorLike(value: unknown): value is Generator | AsyncGenerator {
  return isObject(value) && typeof value['next'] === 'function' && typeof value['throw'] === 'function';
}

/** Whether the value is an error, from any realm: in jest's sandbox, a Node error isn't an `instanceof Error`. */
export function isError(value: unknown): value is Error {
  try {
    return (
      (Error as { isError?(value: unknown): boolean }).isError?.(value) ||
      value instanceof Error ||
      /^(Error|DOMException)$/.test(kindOf(value))
    );
  } catch {
    // A revoked proxy can't even be inspected.
    return false;
  }
}

/** The value as a message names it. */
export function describe(value: unknown): string {
  try {
    if (typeof value === 'function') return `function ${value.name}()`;
    if (typeof value === 'string') return `"${value}"`;
    if (!isObject(value) || isError(value)) return String(value);
    // A manager of this package is named by its generator function.
    return `an object (${(value['fn'] as Named)?.name || (value.constructor as Named)?.name || kindOf(value)})`;
  } catch {
    return 'unreadable';
  }
}

type Named = { readonly name?: string } | undefined;

/** Keeps a promise that nothing will await from ending the process when it rejects. Doesn't start a lazy thenable. */
export function markHandled(value: unknown): void {
  try {
    if (kindOf(value) === 'Promise') (value as Promise<unknown>).catch(() => undefined);
  } catch {
    // It only looks like a promise, or is a proxy for one.
  }
}
