import { asyncContextManager, contextManager } from 'withal';

/**
 * Stands in for a manager: yields the value, and records when it was entered and how
 * its block ended.
 */
export const standIn = asyncContextManager(async function* standIn<T>(
  value: T,
  events: string[],
) {
  events.push('entered');
  try {
    yield value;
  } catch (error) {
    events.push(`failed: ${String(error)}`);
    throw error;
  }
  events.push('succeeded');
});

/**
 * Replaces a property or a method of an object, and puts back what was there.
 * Replacements may end in any order; the newest is active.
 */
export const replaced = contextManager(function* replaced<
  T extends object,
  K extends keyof T,
>(object: T, key: K, value: T[K]) {
  const layers = layersOf(object, key);
  const layer = layerOf(value, layers.at(-1));
  Object.defineProperty(object, key, layer);
  layers.push(layer);
  try {
    yield value;
  } finally {
    const isInForce = layers.at(-1) === layer;
    layers.splice(layers.indexOf(layer), 1);
    if (isInForce) putBack(object, key, layers.at(-1));
  }
});

/** An object's own property; undefined if the object only inherits it. */
type Own = PropertyDescriptor | undefined;

/** For each replaced property, what was there, and the replacements on top of it. */
const replacements = new WeakMap<object, Map<PropertyKey, Own[]>>();

function layersOf(object: object, key: PropertyKey): Own[] {
  const ofObject = replacements.get(object) ?? new Map<PropertyKey, Own[]>();
  replacements.set(object, ofObject);
  const known = ofObject.get(key) ?? [];
  // The original may have changed since the last replacement ended.
  const layers =
    known.length > 1 ? known : [Object.getOwnPropertyDescriptor(object, key)];
  ofObject.set(key, layers);
  return layers;
}

/** Doesn't call a getter, and leaves an inherited property alone. */
function layerOf(value: unknown, below: Own): PropertyDescriptor {
  if (below && 'value' in below) return { ...below, value };
  return {
    value,
    writable: true,
    configurable: true,
    enumerable: below?.enumerable ?? true,
  };
}

function putBack(object: object, key: PropertyKey, below: Own): void {
  if (below) Object.defineProperty(object, key, below);
  else if (!Reflect.deleteProperty(object, key))
    throw new TypeError(`The property ${String(key)} can't be removed.`);
}
