import { asyncContextManager, contextManager, enter } from 'withal';

const listening = contextManager(function* listening(
  target: EventTarget,
  type: string,
  listener: (event: Event) => void,
) {
  // A target ignores a listener that it already has, so each entry needs its own.
  const own = (event: Event) => listener(event);
  target.addEventListener(type, own);
  try {
    yield;
  } finally {
    target.removeEventListener(type, own);
  }
});

const objectUrl = contextManager(function* objectUrl(blob: Blob) {
  const url = URL.createObjectURL(blob);
  try {
    yield url;
  } finally {
    URL.revokeObjectURL(url);
  }
});

/** The URL of a picture, and a listener for keys while it is shown. */
export const preview = contextManager(function* preview(
  blob: Blob,
  target: EventTarget,
  onKey: () => void,
) {
  yield* enter(listening(target, 'keydown', onKey));
  yield yield* enter(objectUrl(blob));
});

/** Enters a room on the server; yields who is in it. */
export const presence = asyncContextManager(async function* presence(
  room: string,
  name: string,
) {
  const people = await call('PUT', `${room}/${name}`);
  try {
    yield people as readonly string[];
  } finally {
    await call('DELETE', `${room}/${name}`);
  }
});

/** Sends a request; resolves to the answer's JSON. */
export async function call(method: string, url: string): Promise<unknown> {
  const response = await fetch(url, { method });
  if (!response.ok) throw new Error(await response.text());
  return response.json();
}

/** Adds an item to a list, and takes it back if the block fails. */
export const added = contextManager(function* added<T>(
  update: (change: (items: readonly T[]) => readonly T[]) => void,
  item: T,
) {
  update((items) => [...items, item]);
  try {
    yield;
  } catch (error) {
    update((items) => without(items, items.lastIndexOf(item)));
    throw error;
  }
});

function without<T>(items: readonly T[], index: number): T[] {
  return items.filter((_item, at) => at !== index);
}
