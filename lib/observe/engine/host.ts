import { builtin } from '../../support/builtin.ts';
import type { Visit } from '../visit.ts';

/** The part of AsyncLocalStorage, or of AsyncContext.Variable, that nesting needs. */
export interface Store<T> {
  run<R>(value: T, fn: () => R): R;
  get(): T | undefined;
  /** Ends its cost until it's used again. */
  disable?(): void;
}

/** The part of a `node:diagnostics_channel` channel that publishing needs. */
export interface Channel {
  readonly hasSubscribers: boolean;
  publish(message: unknown): void;
  runStores<R>(message: unknown, fn: () => R): R;
}

export type TracingChannel = Record<'start' | 'end' | 'asyncStart' | 'asyncEnd' | 'error', Channel>;

interface AsyncHooks {
  readonly AsyncLocalStorage: new <T>() => {
    run<R>(value: T, fn: () => R): R;
    getStore(): T | undefined;
    disable(): void;
  };
}

interface DiagnosticsChannel {
  tracingChannel?(name: string): TracingChannel;
}

interface Host {
  readonly AsyncContext?: {
    readonly Variable: new <T>() => { run<R>(value: T, fn: () => R): R; get(): T | undefined };
  };
  readonly process?: unknown;
  readonly performance?: Performance;
  readonly queueMicrotask?: (task: () => void) => void;
}

interface Performance {
  now(): number;
  measure?(name: string, options: { start: number; end: number; detail: unknown }): unknown;
  clearMeasures?(name: string): void;
}

const host = globalThis as Host;

/** A store that follows the flow of async code, if the platform has one. */
export function makeStore<T>(): Store<T> | undefined {
  if (host.AsyncContext) return new host.AsyncContext.Variable<T>();
  const hooks = builtin('node:async_hooks') as AsyncHooks | undefined;
  if (!hooks) return undefined;
  const storage = new hooks.AsyncLocalStorage<T>();
  return {
    run: (value, fn) => storage.run(value, fn),
    get: () => storage.getStore(),
    disable: () => storage.disable(),
  };
}

/** The channel that APMs subscribe to, if the platform has channels. */
export function makeChannel(name: string): TracingChannel | undefined {
  const channels = builtin('node:diagnostics_channel') as DiagnosticsChannel | undefined;
  return channels?.tracingChannel?.(name);
}

/**
 * Browsers show measures in their DevTools. The measure is cleared at once, because otherwise it would stay forever.
 */
export function measure({ name, by, result, parent }: Visit, start: number, end: number): void {
  if (host.process) return;
  const title = `withal: ${name}`;
  // Only strings, because the detail is cloned.
  host.performance?.measure?.(title, { start, end, detail: { by, result, parent: parent?.name } });
  host.performance?.clearMeasures?.(title);
}

/** The time in milliseconds. */
export function currentTime(): number {
  return (host.performance as Performance).now();
}

/** Throws an error where nothing can catch it, like an error in a timer. */
export function throwUncaught(error: unknown): void {
  (host.queueMicrotask as (task: () => void) => void)(() => {
    throw error;
  });
}
