import { ifAny, ownProcess } from './environment.ts';

/** State that the whole process shares, and how it has changed. */
export interface SharedState {
  /** What has changed, as text. */
  changed(): string[];
  putBack(): void;
}

/** Watches the working directory, the environment, and the globals. */
export function watchSharedState(): SharedState {
  const parts = [
    watchFolder(),
    watchProperties('process.env', () => ownProcess().env),
    watchProperties('console', () => (globalThis as { console?: object }).console),
    watchProperties('globalThis', () => globalThis),
  ];
  return {
    changed: () => parts.flatMap((part) => part.changed()),
    putBack: () => parts.forEach((part) => part.putBack()),
  };
}

function watchFolder(): SharedState {
  // Other code may have removed it.
  const folder = () => ifAny(() => ownProcess().cwd());
  const before = folder();
  return {
    changed: () => (folder() === before ? [] : ['the working directory changed']),
    putBack: () => ifAny(() => ownProcess().chdir(before as string)),
  };
}

function watchProperties(name: string, find: () => object | undefined): SharedState {
  const object = ifAny(() => readable(find())) ?? {};
  const before: Descriptors = Object.getOwnPropertyDescriptors(object);
  const changes = () => {
    const now: Descriptors = Object.getOwnPropertyDescriptors(object);
    return Object.keys({ ...before, ...now }).filter((key) => !isSame(before[key], now[key]));
  };
  return {
    changed: () => changes().map((key) => `${name}.${key} changed`),
    putBack() {
      for (const key of changes()) {
        const descriptor = before[key];
        if (descriptor) Reflect.defineProperty(object, key, descriptor);
        else Reflect.deleteProperty(object, key);
      }
    },
  };
}

type Descriptors = Partial<Record<string, PropertyDescriptor>>;

/** Throws if it isn't readable: without permission, Deno refuses to show the environment. */
function readable(object: object | undefined): object | undefined {
  Object.getOwnPropertyDescriptors(object);
  return object;
}

/** Doesn't call getters: some of the platform's warn; others load a value and replace themselves with it. */
function isSame(before: PropertyDescriptor | undefined, now: PropertyDescriptor | undefined): boolean {
  if (!before || !now) return false;
  const isGetter = now.get !== undefined;
  return before.get ? !isGetter || now.get === before.get : !isGetter && Object.is(before.value, now.value);
}
