import { AsyncResource, createHook, type HookCallbacks } from 'node:async_hooks';
import { execFile, spawn } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { unwatchFile, watch as watchFolder, watchFile } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MessageChannel, Worker } from 'node:worker_threads';
import { once } from 'node:events';
import { open, type FileHandle } from 'node:fs/promises';
import { afterEach, describe, expect, it } from '@jest/globals';
import { collected } from '../../helpers/garbage.ts';
import { watchLeftovers, type Watch } from '../../../lib/testing/kit/leftovers.ts';

let watch: Watch | undefined;
const undo: (() => unknown)[] = [];

afterEach(() => {
  watch?.stop();
  for (const step of undo.splice(0).reverse()) step();
});

function watched(): Watch {
  watch = watchLeftovers();
  return watch;
}

/** Replaces an object's property until the end of the test. */
function replace(object: object, key: PropertyKey, value: unknown): void {
  const before = Object.getOwnPropertyDescriptor(object, key);
  Object.defineProperty(object, key, { value, writable: true, configurable: true });
  undo.push(() => (before ? Object.defineProperty(object, key, before) : Reflect.deleteProperty(object, key)));
}

/** As in a runtime that doesn't report handles. */
function withoutHooks(): void {
  const getBuiltinModule = process.getBuiltinModule.bind(process) as (name: string) => unknown;
  const silent = { createHook: () => ({ enable() {}, disable() {} }) };
  replace(process, 'getBuiltinModule', (name: string) =>
    name === 'node:async_hooks' ? silent : getBuiltinModule(name),
  );
}

interface Handle {
  readonly name: string;
  readonly what: string;
  /** Whether it works even if it keeps nothing alive. */
  readonly isTireless?: boolean;
  readonly open: () => Promise<{ handle: { ref(): unknown; unref(): unknown }; close: () => unknown }>;
}

const pipe = join(tmpdir(), `withal-${String(process.pid)}.sock`);

async function listening(at: number | string): Promise<Server> {
  const server = createServer().listen(at);
  await once(server, 'listening');
  return server;
}

/** Connects to a server that isn't watched. */
async function connected(at: number | string) {
  const server = await new AsyncResource('server').runInAsyncScope(() => listening(at));
  const address = server.address() as string | { port: number };
  const handle = typeof address === 'string' ? connect(address) : connect(address.port);
  await once(handle, 'connect');
  const close = () => {
    handle.destroy();
    server.closeAllConnections();
    server.close();
  };
  return { handle, close };
}

const handles: Handle[] = [
  {
    ...{ name: 'setTimeout', what: 'a timer' },
    open: async () => {
      const handle = setTimeout(() => {}, 1000);
      return { handle, close: () => clearTimeout(handle) };
    },
  },
  {
    ...{ name: 'TCP', what: 'a server', isTireless: true },
    open: async () => {
      const handle = await listening(0);
      return { handle, close: () => handle.close() };
    },
  },
  {
    ...{ name: 'a pipe', what: 'a server', isTireless: true },
    open: async () => {
      const handle = await listening(pipe);
      return { handle, close: () => handle.close() };
    },
  },
  { name: 'TCP', what: 'a socket', open: () => connected(0) },
  { name: 'a pipe', what: 'a pipe', open: () => connected(pipe) },
  {
    ...{ name: 'dgram', what: 'a UDP socket', isTireless: true },
    open: async () => {
      const handle = createSocket('udp4').bind(0);
      await once(handle, 'listening');
      return { handle, close: () => handle.close() };
    },
  },
  {
    ...{ name: 'spawn', what: 'a child process', isTireless: true },
    open: async () => {
      const handle = spawn('sleep', ['60'], { stdio: 'ignore' });
      await once(handle, 'spawn');
      return { handle, close: () => handle.kill() };
    },
  },
  {
    ...{ name: 'Worker', what: 'a worker', isTireless: true },
    open: async () => {
      const handle = new Worker('setInterval(() => {}, 1000)', { eval: true });
      await once(handle, 'online');
      return { handle, close: () => handle.terminate() };
    },
  },
  {
    ...{ name: 'MessageChannel', what: 'a message port' },
    open: async () => {
      const { port1 } = new MessageChannel();
      port1.on('message', () => {});
      return { handle: port1, close: () => port1.close() };
    },
  },
  {
    ...{ name: 'watch', what: 'a file watcher', isTireless: true },
    open: async () => {
      const handle = watchFolder(tmpdir());
      return { handle, close: () => handle.close() };
    },
  },
  {
    ...{ name: 'watchFile', what: 'a file watcher', isTireless: true },
    open: async () => ({
      handle: watchFile('package.json', () => {}),
      close: () => unwatchFile('package.json'),
    }),
  },
];

const tick = () => new Promise((resolve) => setTimeout(resolve, 5));

describe('watchLeftovers', () => {
  it('reports leftover timers, with their lines', async () => {
    const { run, left } = watched();
    const timers = run(() => [setInterval(() => {}, 1000), setTimeout(() => {}, 1000), setTimeout(() => {}, 1000)]);
    clearTimeout(timers[2]);
    await tick();
    expect(left()).toEqual(
      Array(2).fill(expect.stringMatching(/^a timer \(__tests__\/testing\/kit\/leftovers\.test\.ts:\d+/)),
    );
    timers.forEach(clearInterval);
    expect(left()).toEqual([]);
  });

  it('ignores what others start, and what keeps nothing alive', () => {
    const other = setInterval(() => {}, 1000);
    const { run, left } = watched();
    const another = setInterval(() => {}, 1000);
    const timers = run(() => [setTimeout(() => {}, 1000).unref(), setInterval(() => {}, 1000).unref()]);
    expect(left()).toEqual([expect.stringContaining('a timer')]);
    [other, another, ...timers].forEach(clearInterval);
  });

  it('reports a leftover file handle', async () => {
    const { run, left } = watched();
    const handle = await run(() => open('package.json'));
    expect(left()).toEqual([expect.stringMatching(/^an open file \(.*package\.json/)]);
    await handle.close();
    expect(left()).toEqual([]);
  });

  it('reports a file handle that is garbage', async () => {
    // After that, nothing else can close it.
    let resource: WeakRef<FileHandle> | undefined;
    const hook = createHook({
      init(_id, type, _trigger, found) {
        if (type === 'FILEHANDLE') resource = new WeakRef(found as FileHandle);
      },
    });
    const { run, left } = watched();
    hook.enable();
    await run(async () => void (await open('package.json')));
    hook.disable();
    await collected();
    expect(left()).toEqual([expect.stringMatching(/^an open file \(.*package\.json/)]);
    await resource?.deref()?.close();
  });

  it.each(handles)('reports $what if it keeps the process alive: $name', async ({ what, open, isTireless = false }) => {
    const { run, left } = watched();
    const texts = () => left().filter((text) => text.startsWith(`${what} (__tests__/testing/kit/leftovers.test.ts:`));
    const { handle, close } = await run(open);
    expect(texts()).not.toEqual([]);
    handle.unref();
    expect(texts().length > 0).toBe(isTireless);
    handle.ref();
    close();
    while (texts().length > 0) await tick();
    expect(texts()).toEqual([]);
  });

  it('reports servers', async () => {
    const { run, left } = watched();
    const server = await run(async (): Promise<Server> => {
      const server = createServer().listen(0);
      await once(server, 'listening');
      return server;
    });
    expect(left()[0]).toMatch(/^a server/);
    server.close();
    await once(server, 'close');
  });

  it('sees nothing once it has stopped', () => {
    const { run, left, stop } = watched();
    stop();
    const timer = run(() => setInterval(() => {}, 1000));
    expect(left().join()).not.toContain('a timer');
    clearInterval(timer);
  });

  it("treats what can't keep the process alive as idle, unless it is tireless", () => {
    const getBuiltinModule = process.getBuiltinModule.bind(process) as (name: string) => unknown;
    const hooks = getBuiltinModule('node:async_hooks') as typeof import('node:async_hooks');
    const all: HookCallbacks[] = [];
    const createHook = (callbacks: HookCallbacks) => hooks.createHook(all[all.push(callbacks) - 1] as HookCallbacks);
    replace(process, 'getBuiltinModule', (name: string) =>
      name === 'node:async_hooks' ? { ...hooks, createHook } : getBuiltinModule(name),
    );
    const { run, left } = watched();
    run(() => ['TCPWRAP', 'UDPWRAP'].forEach((type, id) => all.at(-1)?.init?.(-id, type, 0, {})));
    expect(left()).toEqual([expect.stringContaining('a UDP socket')]);
  });

  it('reports listeners of the process', () => {
    const listener = () => undefined;
    process.on('warning', listener);
    const { left } = watched();
    expect(left()).toEqual([]);
    process.on('warning', listener);
    process.on('message', listener);
    expect(left()).toEqual(['a listener of the process for warning', 'a listener of the process for message']);
    process.removeAllListeners('message').removeAllListeners('warning');
  });

  it('catches unhandled rejections in place of the other listeners', async () => {
    const { unheard } = watched();
    void Promise.reject(new Error('lost'));
    await tick();
    expect(unheard).toEqual([new Error('lost')]);
  });

  it('restores the listeners it has removed', async () => {
    // In a process of its own: here jest listens.
    const script = `
      import { watchLeftovers } from ${JSON.stringify(new URL('../../../lib/testing/kit/leftovers.ts', import.meta.url).href)};
      process.on('unhandledRejection', (error) => console.log(error));
      const { stop, unheard } = watchLeftovers();
      void Promise.reject('one');
      await new Promise((resolve) => setTimeout(resolve, 5));
      stop();
      void Promise.reject('two');
      await new Promise((resolve) => setTimeout(resolve, 5));
      console.log(unheard);`;
    const output = await new Promise((resolve) => {
      const args = ['--import', 'tsx', '--input-type=module', '-e', script];
      execFile(process.execPath, args, (_error, stdout, stderr) => resolve(stdout + stderr));
    });
    expect(output).toBe("two\n[ 'one' ]\n");
  }, 60_000);

  describe('without a report of handles', () => {
    it("watches the environment's timers", async () => {
      withoutHooks();
      const { setTimeout: before } = globalThis;
      const { run, left, stop } = watched();
      let fired = 0;
      const timers = run(() => [
        setInterval(() => {}, 1),
        setTimeout(() => {}, 1000),
        setTimeout(() => {}, 1000).unref(),
        setTimeout((by: number) => (fired += by), 1, 2),
      ]);
      expect(left()).toHaveLength(3);
      await tick();
      expect([fired, left().length]).toEqual([2, 2]);
      clearInterval(timers[0]);
      clearTimeout(timers[1]);
      clearTimeout(timers[2]);
      expect(left()).toEqual([]);
      stop();
      expect(setTimeout).toBe(before);
    });

    it('lets timers be stopped', async () => {
      withoutHooks();
      watched();
      const fired: string[] = [];
      clearTimeout(setTimeout(() => fired.push('timeout'), 1));
      clearInterval(setInterval(() => fired.push('interval'), 1));
      await new Promise((resolve) => void setTimeout(resolve, 10));
      expect(fired).toEqual([]);
    });

    it('treats each timer of a browser as a leftover', () => {
      withoutHooks();
      replace(globalThis, 'setTimeout', () => 1);
      const { run, left } = watched();
      run(() => setTimeout(() => {}, 1));
      expect(left()).toEqual([expect.stringContaining('a timer')]);
    });
  });

  describe('in a browser', () => {
    it('listens to its events', () => {
      const listeners = new Map<string, (event: object) => void>();
      let prevented = 0;
      replace(globalThis, 'process', undefined);
      replace(globalThis, 'addEventListener', (type: string, listener: () => void) => listeners.set(type, listener));
      replace(globalThis, 'removeEventListener', (type: string) => listeners.delete(type));
      const { unheard, left, stop } = watched();
      listeners.get('unhandledrejection')?.({ reason: 'lost', preventDefault: () => (prevented += 1) });
      expect([unheard, left(), prevented]).toEqual([['lost'], [], 1]);
      stop();
      expect(listeners.size).toBe(0);
    });

    it('works without them', () => {
      replace(globalThis, 'process', { getBuiltinModule: () => undefined });
      const { unheard, left } = watched();
      expect([unheard, left()]).toEqual([[], []]);
    });
  });

  describe('open files', () => {
    const files = (readdirSync: (folder: string) => string[], isFile = true) => ({
      readdirSync,
      fstatSync: () => ({ isFile: () => isFile, isDirectory: () => false }),
      readlinkSync: (path: string) => `link of ${path}`,
    });

    function withFiles(fs: object): void {
      const getBuiltinModule = process.getBuiltinModule.bind(process) as (name: string) => unknown;
      replace(process, 'getBuiltinModule', (name: string) => (name === 'node:fs' ? fs : getBuiltinModule(name)));
    }

    it("are those that weren't open before", () => {
      const open = ['1'];
      withFiles(files(() => open));
      const { left } = watched();
      open.push('2');
      expect(left()).toEqual(['an open file (link of /proc/self/fd/2, 2)']);
    });

    it('are found if the system shows them, or not at all', () => {
      const missing = () => {
        throw new Error('ENOENT');
      };
      const open: string[] = [];
      withFiles(files((folder) => (folder === '/dev/fd' ? open : missing())));
      const { left } = watched();
      open.push('3');
      expect(left()).toEqual(['an open file (link of /dev/fd/3, 3)']);
      withFiles({ ...files(() => ['5']), readlinkSync: missing });
      expect(left()).toEqual(['an open file (5)']);
      withFiles(files(missing));
      expect(left()).toEqual([]);
      withFiles(files(() => ['4'], false));
      expect(left()).toEqual([]);
    });
  });
});
