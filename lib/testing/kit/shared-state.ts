import { ownProcess } from './environment.ts';

/** State that the whole process shares, and how it has changed. */
export interface SharedState {
  /** What has changed, as text. */
  changed(): string[];
  putBack(): void;
}

/** Watches the working directory, the environment, and the globals. */
export function watchSharedState(): SharedState {
  const process = ownProcess();
  const parts = [
    watchFolder(),
    watchProperties('process.env', () => process?.env),
    watchProperties('console', () => (globalThis as { console?: object }).console),
    watchProperties('globalThis', () => globalThis),
  ];
  return {
    changed: () => parts.flatMap((part) => part.changed()),
    putBack: () => parts.forEach((part) => part.putBack()),
  };
}

function watchFolder(): SharedState {
  const process = ownProcess();
  const before = process?.cwd?.();
  const isChanged = () => process?.cwd?.() !== before;
  return {
    changed: () => (isChanged() ? ['the working directory changed'] : []),
    putBack() {
      if (before !== undefined && isChanged()) process?.chdir?.(before);
    },
  };
}

function watchProperties(name: string, find: () => object | undefined): SharedState {
  const object = readable(find);
  const before = Object.getOwnPropertyDescriptors(object);
  const changes = () => {
    const now = Object.getOwnPropertyDescriptors(object);
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

/** Without permission, Deno refuses to show the environment. */
function readable(find: () => object | undefined): Record<string, unknown> {
  try {
    const object = find() ?? {};
    Object.getOwnPropertyDescriptors(object);
    return object as Record<string, unknown>;
  } catch {
    return {};
  }
}

/** Doesn't call getters: some of the platform's warn; others load a value and replace themselves with it. */
function isSame(before: PropertyDescriptor | undefined, now: PropertyDescriptor | undefined): boolean {
  if (before?.get) return now !== undefined && (now.get === before.get || now.get === undefined);
  return Object.is(before?.value, now?.value) && now?.get === undefined;
}
