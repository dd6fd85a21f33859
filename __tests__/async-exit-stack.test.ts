import { spawnSync } from 'node:child_process';
import { describe, expect, it } from '@jest/globals';
import { builds } from './helpers/builds.ts';
import { itUnobserved } from './helpers/unobserved.ts';

const bodyError = new Error('body');

describe.each(builds)('%s', (_build, { asyncContextManager, AsyncExitStack, contextManager, withAsync }) => {
  describe("AsyncExitStack, like TC39's", () => {
    itUnobserved('reads Symbol.asyncDispose, then Symbol.dispose, once each, when it takes the value', async () => {
      const reads: unknown[] = [];
      const resource = new Proxy({} as AsyncDisposable, {
        get(_target, key) {
          reads.push(key);
          return key === Symbol.dispose ? () => undefined : undefined;
        },
      });
      const stack = new AsyncExitStack();
      stack.use(resource);
      await stack.disposeAsync();
      expect(reads).toEqual([Symbol.asyncDispose, Symbol.dispose]);
    });

    it("treats a null method as none, and doesn't await what a sync disposal returns", async () => {
      const events: string[] = [];
      const stack = new AsyncExitStack();
      stack.use({
        [Symbol.asyncDispose]: null,
        [Symbol.dispose]: () =>
          new Promise((resolve) =>
            setImmediate(() => {
              events.push('late');
              resolve(undefined);
            }),
          ),
      } as unknown as Disposable);
      await stack.disposeAsync();
      expect(events).toEqual([]);
    });

    it.each<[string, (stack: InstanceType<typeof AsyncExitStack>) => void, number]>([
      ['nothing', () => undefined, 0],
      ['null', (stack) => stack.use(null), 1],
      [
        'null twice',
        (stack) => {
          stack.use(null);
          stack.use(undefined);
        },
        1,
      ],
      [
        'a disposal',
        (stack) => {
          stack.defer(() => undefined);
        },
        1,
      ],
      [
        'null and a disposal',
        (stack) => {
          stack.use(null);
          stack.defer(() => undefined);
        },
        1,
      ],
      [
        'two disposals',
        (stack) => {
          stack.defer(() => undefined);
          stack.defer(() => undefined);
        },
        2,
      ],
    ])("awaits as often as TC39's with %s", async (_what, fill, awaits) => {
      const stack = new AsyncExitStack<unknown>();
      fill(stack);
      let ticks = 0;
      let isDone = false;
      const done = stack.disposeAsync().then(() => (isDone = true));
      for (; !isDone; ticks++) await Promise.resolve();
      await done;
      // One more tick than awaits, for the reaction above.
      expect(ticks).toBe(awaits + 1);
    });

    it.each(['enterAsync', 'exitAsync', 'disposeAsync'] as const)('%s rejects for another receiver', async (name) => {
      const method = AsyncExitStack.prototype[name] as () => Promise<unknown>;
      await expect(method.call({})).rejects.toThrow(TypeError);
    });
  });

  describe('AsyncExitStack', () => {
    const slow = (events: string[], name: string, entering: Promise<unknown>) => ({
      async enterAsync() {
        await entering;
        events.push(`enter ${name}`);
        return name;
      },
      async exitAsync(thrown?: { error: unknown }) {
        await Promise.resolve();
        events.push(`exit ${name} ${thrown ? 'failed' : 'succeeded'}`);
      },
    });

    it('waits for pending entries, and exits them in reverse order of their completion', async () => {
      const events: string[] = [];
      let open: (value?: unknown) => void = () => undefined;
      const gate = new Promise((resolve) => (open = resolve));
      const stack = new AsyncExitStack();
      const entries = [
        stack.enterContext(slow(events, 'late', gate)),
        stack.enterContext(slow(events, 'early', Promise.resolve())),
      ];
      const failing = stack.enterContext(slow(events, 'never', Promise.reject(bodyError)));
      const exiting = stack.exitAsync();
      expect(stack.disposed).toBe(true);
      open();
      await exiting;
      expect(await Promise.all(entries)).toEqual(['late', 'early']);
      await expect(failing).rejects.toBe(bodyError);
      expect(events).toEqual(['enter early', 'enter late', 'exit late succeeded', 'exit early succeeded']);
    });

    it('waits for the value of a sync manager too, and exits that if it rejects', async () => {
      const events: string[] = [];
      const promised = contextManager(function* promised(value: Promise<string>) {
        try {
          yield value;
        } finally {
          events.push('exit');
        }
      });
      const stack = new AsyncExitStack();
      expect(await stack.enterContext(promised(Promise.resolve('value')))).toBe('value');
      const entering = stack.enterContext(promised(Promise.reject(bodyError)));
      const exiting = stack.exitAsync();
      expect(events).toEqual([]);
      await expect(entering).rejects.toBe(bodyError);
      await exiting;
      expect(events).toEqual(['exit', 'exit']);
    });

    it('gives the value to the caller before it exits that manager', async () => {
      let isOpen = false;
      const connection = {
        async enterAsync() {
          await Promise.resolve();
          isOpen = true;
          return { query: () => (isOpen ? 'rows' : 'closed') };
        },
        async exitAsync() {
          await Promise.resolve();
          isOpen = false;
        },
      };
      const stack = new AsyncExitStack();
      const rows = stack.enterContext(connection).then((client) => client.query());
      await stack.exitAsync();
      expect(await rows).toBe('rows');
    });

    it('exits a manager that finishes the stack when its run starts', async () => {
      const events: string[] = [];
      const stack = new AsyncExitStack();
      let disposed: Promise<void> | undefined;
      const manager = asyncContextManager(async function* manager(begun = (disposed = stack.disposeAsync())) {
        events.push('setup');
        try {
          yield typeof begun;
        } finally {
          events.push('teardown');
        }
      });
      await stack.enterContext(manager());
      await disposed;
      expect(events).toEqual(['setup', 'teardown']);
    });

    it('moves pending entries too', async () => {
      const events: string[] = [];
      const stack = new AsyncExitStack();
      const entering = stack.enterContext(slow(events, 'moved', new Promise(setImmediate)));
      const moved = stack.move();
      await stack.disposeAsync();
      expect(events).toEqual([]);
      await moved.disposeAsync();
      await entering;
      expect(events).toEqual(['enter moved', 'exit moved failed']);
    });

    it('treats a pending entry as one that came after complete()', async () => {
      const events: string[] = [];
      const stack = new AsyncExitStack();
      const entering = stack.enterContext(slow(events, 'late', new Promise(setImmediate)));
      stack.complete();
      await stack.disposeAsync();
      await entering;
      expect(events).toEqual(['enter late', 'exit late failed']);
    });

    it("waits in exitAsync() while it is finishing; a second disposeAsync() doesn't, like TC39's", async () => {
      const events: string[] = [];
      const stack = new AsyncExitStack();
      stack.defer(async () => {
        await new Promise(setImmediate);
        events.push('done');
        throw bodyError;
      });
      const disposing = stack.disposeAsync();
      await stack.disposeAsync();
      expect(events).toEqual([]);
      await stack.exitAsync();
      expect(events).toEqual(['done']);
      await expect(disposing).rejects.toBe(bodyError);
    });

    it('awaits async callbacks, and takes sync managers and disposables', async () => {
      const events: string[] = [];
      await withAsync(new AsyncExitStack(), async (stack) => {
        stack.defer(async () => {
          await new Promise(setImmediate);
          events.push('deferred');
        });
        stack.use({ [Symbol.dispose]: () => void events.push('disposed') });
        expect(
          await stack.enterContext({
            enter: () => Promise.resolve('unwrapped'),
            exit: async () => {
              await Promise.resolve();
              events.push('exited');
            },
          }),
        ).toBe('unwrapped');
        stack.push({
          exitAsync: async () => {
            await Promise.resolve();
            events.push('pushed');
          },
        });
      });
      expect(events).toEqual(['pushed', 'exited', 'disposed', 'deferred']);
    });
  });
});

describe('AsyncExitStack', () => {
  it("leaves a rejection that isn't awaited to be reported", () => {
    const program = `
      import { AsyncExitStack, withAsync } from 'withal';
      await withAsync(new AsyncExitStack(), (stack) => {
        stack.defer(() => { throw new Error('not lost'); });
        void stack.disposeAsync();
      });`;
    const { status, stderr } = spawnSync(process.execPath, ['--input-type=module', '--eval', program], {
      encoding: 'utf8',
    });
    expect([status, stderr]).toEqual([1, expect.stringContaining('not lost')]);
  });
});
