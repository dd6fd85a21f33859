import { builtin } from '../../support/builtin.ts';
import { isObject } from '../../support/describe.ts';

/** The part of a process that the kit uses. It is compiled without the types of any environment. */
export interface Process {
  cwd(): string;
  chdir(folder: string): void;
  readonly env: object;
}

/** A process that can be listened to. */
export interface ProcessEvents {
  eventNames(): readonly (string | symbol)[];
  rawListeners(event: string | symbol): Listener[];
  on(event: string | symbol, listener: Listener): unknown;
  removeListener(event: string | symbol, listener: Listener): unknown;
}

export type Listener = (...args: never[]) => unknown;

export interface Timers {
  setTimeout(callback: () => void, ms: number): unknown;
  clearTimeout(timer: unknown): void;
  setInterval(callback: () => void, ms: number): unknown;
  clearInterval(timer: unknown): void;
}

/** The process of Node, Bun or Deno, as the code under test sees it. Browsers don't have one. */
export function ownProcess(): Process {
  return (globalThis as unknown as { process: Process }).process;
}

export function eventsOf(process: unknown): ProcessEvents | undefined {
  return isObject(process) && 'rawListeners' in process ? (process as unknown as ProcessEvents) : undefined;
}

/** Something that only some platforms have, or allow. */
export function ifAny<T>(get: () => T): T | undefined {
  try {
    return get();
  } catch {
    return undefined;
  }
}

export function builtinIfAny(name: string): unknown {
  return ifAny(() => builtin(name));
}

// The originals, from when this module was loaded: tests may replace them to control the clock.
const setTimeout = (globalThis as unknown as Timers).setTimeout;
const clearTimeout = (globalThis as unknown as Timers).clearTimeout;

export function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => void setTimeout(resolve, ms));
}

/** Waits until everything that is due has run. */
export const nextTurn: () => Promise<void> = turnsOf(globalThis);

interface Immediates {
  setImmediate?(callback: () => void): unknown;
}

/** A timer takes longer, but browsers have nothing else. */
export function turnsOf(global: object): () => Promise<void> {
  const { setImmediate } = global as Immediates;
  return setImmediate ? () => new Promise((resolve) => void setImmediate(resolve)) : () => sleep(0);
}

/** Waits for a promise, but only for a time; the timer doesn't outlive the wait. */
export async function within<T>(ms: number, promise: Promise<T>, late: () => Promise<T>): Promise<T> {
  let timer: unknown;
  const isLate = new Promise<true>((resolve) => (timer = setTimeout(() => resolve(true), ms)));
  try {
    const first = await Promise.race([promise.then((value) => ({ value })), isLate]);
    return first === true ? await late() : first.value;
  } finally {
    clearTimeout(timer);
  }
}
