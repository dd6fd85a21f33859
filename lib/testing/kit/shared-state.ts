import { ownProcess } from './environment.ts';

/** What belongs to everything in the process, and what is not now as it was before. */
export interface SharedState {
  /** What has changed, in words. */
  changed(): string[];
  putBack(): void;
}

/** Watches the working directory, the environment, and what is global. */
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

/** Deno refuses to show the environment to whom it was not allowed. */
function readable(find: () => object | undefined): Record<string, unknown> {
  try {
    const object = find() ?? {};
    Object.getOwnPropertyDescriptors(object);
    return object as Record<string, unknown>;
  } catch {
    return {};
  }
}

/** Getters are not asked: some of the platform's warn; others load what they are for, and put it in their place. */
function isSame(before: PropertyDescriptor | undefined, now: PropertyDescriptor | undefined): boolean {
  if (before?.get) return now !== undefined && (now.get === before.get || now.get === undefined);
  return Object.is(before?.value, now?.value) && now?.get === undefined;
}
