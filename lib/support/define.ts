/** Defines a property as the language defines its own: writable, configurable, not enumerable. */
export function define(target: object, key: PropertyKey, value: unknown): boolean {
  return Reflect.defineProperty(target, key, { value, writable: true, configurable: true });
}
