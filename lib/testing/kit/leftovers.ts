import { builtinIfAny, eventsOf, ifAny, ownProcess, type Listener, type Timers } from './environment.ts';
import { noteCaller } from './lines.ts';
import { watchSharedState } from './shared-state.ts';

/** What is watched while a case runs. */
export interface Watch {
  /** Runs the case. */
  run<T>(work: () => T): T;
  /** What is there now and wasn't before, as text. */
  left(): string[];
  /** The errors of unhandled rejections. */
  readonly unheard: readonly unknown[];
  stop(): void;
}

/**
 * Watches what a process has: handles and timers, open files, listeners, global state, unhandled rejections.
 */
export function watchLeftovers(): Watch {
  const handles = watchHandles() ?? watchTimers();
  const rejections = watchRejections();
  const files = new Set(openFiles());
  const listeners = countListeners();
  const state = watchSharedState();
  return {
    run: (work) => handles.run(work),
    left: () => [
      ...handles.left(),
      ...openFiles()
        .filter((name) => !files.has(name))
        .map((name) => `an open file (${name})`),
      ...[...countListeners()]
        .filter(([event, count]) => count > (listeners.get(event) ?? 0))
        .map(([event]) => `a listener of the process for ${String(event)}`),
      ...state.changed(),
    ],
    unheard: rejections.unheard,
    stop() {
      state.putBack();
      handles.stop();
      rejections.stop();
    },
  };
}

type Handles = Omit<Watch, 'unheard'>;

// Handles and timers, in runtimes that list them

interface AsyncHooks {
  createHook(callbacks: Callbacks): Hook;
  readonly AsyncLocalStorage: new () => {
    run<T>(store: object, work: () => T): T;
    getStore(): unknown;
    disable(): void;
  };
}

interface Callbacks {
  init(id: number, type: string, trigger: number, resource: Resource): void;
  destroy?(id: number): void;
}

interface Hook {
  enable(): unknown;
  disable(): unknown;
}

interface Resource {
  hasRef?(): boolean;
  // Fields that timers of Node and Deno have.
  readonly _repeat?: unknown;
  readonly _destroyed?: unknown;
}

/** The name of each type of resource. Others don't keep a process alive, and do nothing by themselves. */
const kinds: Partial<Record<string, string>> = {
  Timeout: 'a timer',
  TCPSERVERWRAP: 'a server',
  TCPWRAP: 'a socket',
  PIPESERVERWRAP: 'a server',
  PIPEWRAP: 'a pipe',
  UDPWRAP: 'a UDP socket',
  PROCESSWRAP: 'a child process',
  WORKER: 'a worker',
  MESSAGEPORT: 'a message port',
  FSEVENTWRAP: 'a file watcher',
  STATWATCHER: 'a file watcher',
};

/** Resources that work even if they don't keep the process alive. */
const tireless = /SERVER|UDP|PROCESS|WORKER|EVENT|STAT/;

function watchHandles(): Handles | undefined {
  const hooks = builtinIfAny('node:async_hooks') as AsyncHooks | undefined;
  if (!hooks || !tellsOfTimers(hooks)) return undefined;
  const storage = new hooks.AsyncLocalStorage();
  const owner = {};
  const found = new Map<number, Found>();
  const files = new Set<Resource>();
  const hook = hooks.createHook({
    init(id, type, _trigger, resource) {
      const kind = kinds[type];
      if (kind && storage.getStore() === owner) found.set(id, { type, resource, text: located(kind) });
      // Garbage collection would close it, sooner or later.
      if (type === 'FILEHANDLE') files.add(resource);
    },
    destroy: (id) => void found.delete(id),
  });
  hook.enable();
  return {
    run: (work) => storage.run(owner, work),
    left: () => [...found.values()].filter(isActive).map(({ text }) => text()),
    stop() {
      hook.disable();
      // Node 20 would keep it, and search it at each async operation.
      storage.disable();
    },
  };
}

interface Found {
  readonly type: string;
  readonly resource: Resource;
  readonly text: () => string;
}

/** Whether it keeps the process alive, or runs forever even if it doesn't. */
function isActive({ type, resource }: Found): boolean {
  if (resource._destroyed) return false;
  return resource.hasRef?.() === true || Boolean(resource._repeat) || tireless.test(type);
}

function located(kind: string): () => string {
  const caller = noteCaller();
  return () => {
    const line = caller();
    return line ? `${kind} (${line})` : kind;
  };
}

/** Bun has the module, but it reports nothing. */
function tellsOfTimers(hooks: AsyncHooks): boolean {
  const { setTimeout, clearTimeout } = globalThis as unknown as Timers;
  let isTold = false;
  const hook = hooks.createHook({
    init() {
      isTold = true;
    },
  });
  hook.enable();
  clearTimeout(setTimeout(Date.now, 1));
  hook.disable();
  return isTold;
}

// Timers, in other runtimes

function watchTimers(): Handles {
  const { setTimeout, setInterval, clearTimeout, clearInterval } = globalThis as unknown as Timers;
  const found = new Map<unknown, { readonly isInterval: boolean; readonly text: () => string }>();
  const setting = (set: Timers['setTimeout'], isInterval: boolean) =>
    new Proxy(set, {
      apply(target, self, [callback, ...rest]: [Listener, ...unknown[]]) {
        const fire = (...args: never[]) => {
          if (!isInterval) found.delete(timer);
          return callback(...args);
        };
        const timer: unknown = Reflect.apply(target, self, [fire, ...rest]);
        found.set(timer, { isInterval, text: located('a timer') });
        return timer;
      },
    });
  const clearing = (clear: Timers['clearTimeout']) =>
    new Proxy(clear, {
      apply(target, self, [timer]: [unknown]) {
        found.delete(timer);
        Reflect.apply(target, self, [timer]);
      },
    });
  Object.assign(globalThis, {
    setTimeout: setting(setTimeout, false),
    setInterval: setting(setInterval, true),
    clearTimeout: clearing(clearTimeout),
    clearInterval: clearing(clearInterval),
  });
  return {
    run: (work) => work(),
    left: () =>
      [...found].filter(([timer, { isInterval }]) => isInterval || isRefed(timer)).map(([, { text }]) => text()),
    stop: () => void Object.assign(globalThis, { setTimeout, setInterval, clearTimeout, clearInterval }),
  };
}

/** In browsers, timers are numbers, and all of them count. */
function isRefed(timer: unknown): boolean {
  return (timer as Resource).hasRef?.() !== false;
}

// Files

interface Files {
  readdirSync(path: string): string[];
  fstatSync(fd: number): { isFile(): boolean; isDirectory(): boolean };
  readlinkSync(path: string): string;
}

/** The files that this process has open, if the system lists them, and the runtime allows it. */
function openFiles(): string[] {
  const fs = builtinIfAny('node:fs') as Files;
  for (const folder of ['/proc/self/fd', '/dev/fd']) {
    const names = ifAny(() => fs.readdirSync(folder));
    if (names) return names.flatMap((fd) => fileOf(fs, folder, fd));
  }
  return [];
}

function fileOf(fs: Files, folder: string, fd: string): string[] {
  // The handle that listed the folder is already closed.
  const stats = ifAny(() => fs.fstatSync(Number(fd)));
  // Not every system has links in that folder.
  const path = ifAny(() => fs.readlinkSync(`${folder}/${fd}`));
  return stats?.isFile() || stats?.isDirectory() ? [path === undefined ? fd : `${path}, ${fd}`] : [];
}

// Listeners of the process

function countListeners(): Map<string | symbol, number> {
  const events = eventsOf(ownProcess());
  return new Map(events?.eventNames().map((name) => [name, events.rawListeners(name).length]));
}

const rejection = 'unhandledRejection';

/** While a case runs, it handles every rejection: otherwise a runner would report it again, and a script would end. */
function watchRejections(): { readonly unheard: unknown[]; stop(): void } {
  const events = eventsOf(heardProcess());
  const unheard: unknown[] = [];
  if (!events) return watchRejectionEvents(unheard);
  const listener = (error: unknown) => void unheard.push(error);
  const others = events.rawListeners(rejection);
  for (const other of others) events.removeListener(rejection, other);
  events.on(rejection, listener);
  return {
    unheard,
    stop() {
      events.removeListener(rejection, listener);
      for (const other of others) events.on(rejection, other);
    },
  };
}

/** The real process, which emits the rejections: jest's tests see only a copy. */
function heardProcess(): unknown {
  const vm = builtinIfAny('node:vm') as { runInThisContext(code: string): unknown } | undefined;
  return vm?.runInThisContext('process') ?? ownProcess();
}

interface EventSource {
  addEventListener?(type: string, listener: (event: RejectionEvent) => void): void;
  removeEventListener?(type: string, listener: (event: RejectionEvent) => void): void;
}

interface RejectionEvent {
  readonly reason: unknown;
  preventDefault(): void;
}

/** In browsers. */
function watchRejectionEvents(unheard: unknown[]): { readonly unheard: unknown[]; stop(): void } {
  const source = globalThis as EventSource;
  const listener = (event: RejectionEvent) => {
    unheard.push(event.reason);
    event.preventDefault();
  };
  source.addEventListener?.('unhandledrejection', listener);
  return { unheard, stop: () => source.removeEventListener?.('unhandledrejection', listener) };
}
