import diagnostics from 'node:diagnostics_channel';
import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { withSync } from '../../lib/index.ts';
import { observe, report, type ObserveOptions, type Visit, type Watch } from '../../lib/observe/index.ts';
import { builds, type Library } from '../helpers/builds.ts';
import { errorOf } from '../helpers/outcome.ts';
import { asyncLocalStorage } from '../helpers/storage.ts';
import { asyncWays, syncWays } from '../helpers/ways.ts';

const turn = () => new Promise((resolve) => void setImmediate(resolve));

let watch: Watch = observe();

function start(options: ObserveOptions = {}): Watch {
  watch.stop();
  watch = observe({ keep: Infinity, ...options });
  return watch;
}

afterEach(() => watch.stop());

/** A visit in one line: its driver, its parent, and how it went and ended. */
function summary({ name, by, parent, times, result }: Visit): string {
  const phases = Object.keys(times).join(' ');
  return `${parent ? `${parent.name} > ` : ''}${name} ${by}: ${phases}, ${String(result)}`;
}

/** The visits of the manager under test. */
function seen(): string[] {
  return watch
    .done()
    .filter(({ name }) => name === 'probe')
    .map(summary);
}

const fail = (): never => {
  throw new Error('fails');
};

interface Script {
  setup?: () => void;
  onError?: (error: unknown) => unknown;
  teardown?: () => void;
}

const rethrow = (error: unknown): never => {
  throw error;
};

function probeAsync({ asyncContextManager }: Library, { setup, onError = rethrow, teardown }: Script) {
  return asyncContextManager(async function* probe() {
    await turn();
    setup?.();
    try {
      yield 'value';
    } catch (error) {
      return onError(error);
    } finally {
      await turn();
      teardown?.();
    }
    return undefined;
  })();
}

function probeSync({ contextManager }: Library, { setup, onError = rethrow, teardown }: Script) {
  return contextManager(function* probe() {
    setup?.();
    try {
      yield 'value';
    } catch (error) {
      return onError(error);
    } finally {
      teardown?.();
    }
    return undefined;
  })();
}

const outcomes: [outcome: string, script: Script, body: () => unknown, phases: string, result: string][] = [
  ['returns', {}, () => 1, 'entering body exiting over', 'returned'],
  ['throws', {}, fail, 'entering body exiting over', 'threw'],
  ['is suppressed', { onError: () => 'fallback' }, fail, 'entering body exiting over', 'suppressed'],
  ['fails to set up', { setup: fail }, () => 1, 'entering over', 'failed to enter'],
  ['fails to tear down', { teardown: fail }, () => 1, 'entering body exiting over', 'threw'],
];

/** Who drives the manager in each way, and what is around it. */
const drivers: Record<string, [by: string, around: string]> = {
  withAsync: ['withAsync()', ''],
  withSync: ['withSync()', ''],
  'a decorated function': ['enterContext()', 'STACK > '],
  'a decorated generator': ['enterContext()', ''],
  'a stack': ['enterContext()', 'STACK > '],
  enter: ['enter()', 'composed > '],
  'a scope': ['enter()', 'unnamed > '],
  all: ['enter()', 'all > '],
  'all at once': ['all()', 'all > '],
};

describe.each(builds)('%s', (_build, library) => {
  const {
    aclosing,
    AsyncExitStack,
    asyncContextManager,
    contextManager,
    deadline,
    enter,
    ExitStack,
    passing,
    resultBlocks,
    scopeAsync,
    scopeSync,
    withAsync,
    withSync,
  } = library;

  describe.each([
    ['async', asyncWays, probeAsync],
    ['sync', syncWays, probeSync],
  ] as const)('observe, %s', (kind, ways, probe) => {
    describe.each(Object.entries(ways))('by %s', (way, enterBy) => {
      it.each(outcomes)('sees a block that %s', async (_outcome, script, body, phases, result) => {
        start();
        await Promise.resolve(errorOfAny(() => enterBy(library, probe(library, script) as never, body)));
        const [by, around] = drivers[way] as [string, string];
        const stack = kind === 'async' ? 'AsyncExitStack' : 'ExitStack';
        expect(seen()).toEqual([`${around.replace('STACK', stack)}probe ${by}: ${phases}, ${result}`]);
        expect(watch.open()).toEqual([]);
      });
    });

    it('sees entries by hand', async () => {
      start();
      const manager = probe(library, {}) as never as Record<string, (thrown?: object) => unknown>;
      const [enterName, exitName] = kind === 'async' ? ['enterAsync', 'exitAsync'] : ['enter', 'exit'];
      expect(await manager[enterName]?.()).toBe('value');
      expect(watch.open().map(({ phase }) => phase)).toEqual(['body']);
      await manager[exitName]?.({ error: new Error('known') });
      expect(seen()).toEqual([`probe ${enterName}(): entering body exiting over, threw`]);
    });

    it('sees what a stack holds until it is finished, even after move()', async () => {
      start();
      const given: unknown = kind === 'async' ? new AsyncExitStack<unknown>() : new ExitStack<unknown>();
      const stack = given as InstanceType<typeof AsyncExitStack<unknown>>;
      class Resource {
        [Symbol.dispose]() {}
      }
      stack.use(new Resource());
      stack.adopt(new Map(), (map) => map.clear());
      stack.defer(function flush() {});
      stack.push((thrown) => thrown !== undefined);
      await stack.enterContext(probe(library, {}) as never);
      const moved = stack.move();
      expect(watch.open().map(({ name, by, phase }) => `${name} ${by} ${phase}`)).toEqual([
        'Resource use() body',
        'Map adopt() body',
        'flush defer() body',
        'unnamed push() body',
        `probe enterContext() body`,
      ]);
      const error = new Error('block');
      const dispose = kind === 'async' ? 'exitAsync' : 'exit';
      await (moved as never as Record<string, (thrown: object) => unknown>)[dispose]?.({ error });
      expect(watch.done().map(({ name, result }) => `${name} ${String(result)}`)).toEqual([
        'probe threw',
        'unnamed suppressed',
        'flush returned',
        'Map returned',
        'Resource returned',
      ]);
    });

    it('sees a failing callback on a stack', async () => {
      start();
      const stack = kind === 'async' ? new AsyncExitStack() : new ExitStack();
      stack.defer(fail);
      await errorOfAny(() => (stack instanceof AsyncExitStack ? stack.disposeAsync() : stack.dispose()));
      expect(watch.done().map(({ result, error }) => [result, error])).toEqual([['threw', 'Error: fails']]);
    });
  });

  describe('observe', () => {
    it('names a scope after its function, and says who runs it', async () => {
      start();
      const seen: string[] = [];
      const see = () => seen.push(`${String(watch.current()?.name)} ${String(watch.current()?.by)}`);
      const blocks = resultBlocks(() => false as const);
      await scopeAsync(async function* loading() {
        see();
      });
      scopeSync(function* loading() {
        see();
      });
      await blocks.scopeAsync(async function* judged() {
        see();
      });
      blocks.scopeSync(function* judged() {
        see();
      });
      expect(seen).toEqual([
        'loading scopeAsync()',
        'loading scopeSync()',
        'judged scopeAsync()',
        'judged scopeSync()',
      ]);
    });

    it('nests by the flow of async code, not by time', async () => {
      start();
      const block = (name: string, body: () => unknown) => {
        const manager = { async [name]() {} };
        return withAsync(Object.assign(probeAsync(library, {}), { fn: manager[name] }) as never, body);
      };
      const request = (id: string) => async () => {
        await turn();
        await withAsync(probeAsync(library, {}), async () => {
          await turn();
          expect(watch.current()?.parent?.name).toBe(`request ${id}`);
          withSync(probeSync(library, {}), () => {
            expect(watch.current()?.parent?.parent?.name).toBe(`request ${id}`);
            expect(watch.current()?.by).toBe('withSync()');
          });
          expect(watch.current()?.by).toBe('withAsync()');
        });
      };
      void block;
      const named = (name: string) => {
        const { [name]: fn } = {
          async *[name]() {
            yield await turn();
          },
        };
        return asyncContextManager(fn as () => AsyncGenerator<unknown, void, void>)();
      };
      await Promise.all(['a', 'b', 'c'].map((id) => withAsync(named(`request ${id}`), request(id))));
      expect(watch.current()).toBeUndefined();
      expect(watch.done()).toHaveLength(9);
    });

    it('puts what setup and teardown enter below the manager, and siblings of a composition side by side', async () => {
      start();
      const outer = asyncContextManager(async function* outer() {
        yield* enter(probeAsync(library, {}));
        await withAsync(probeSync(library, {}), turn);
        try {
          yield* enter(probeAsync(library, {}));
          yield;
        } finally {
          await withAsync(probeAsync(library, {}), turn);
        }
      });
      await withAsync(outer(), () => withAsync(probeAsync(library, {}), turn));
      expect(seen().map((line) => line.split(':')[0])).toEqual([
        'outer > probe withAsync()',
        'outer > probe withAsync()',
        'outer > probe withAsync()',
        'outer > probe enter()',
        'outer > probe enter()',
      ]);
    });

    it("doesn't chain what is entered in the context of a block that has ended", async () => {
      start();
      let later: Promise<unknown> | undefined;
      await withAsync(probeAsync(library, {}), () => {
        later = turn()
          .then(turn)
          .then(turn)
          .then(() => withAsync(probeAsync(library, {}), turn));
      });
      await later;
      expect(seen()).toEqual([
        'probe withAsync(): entering body exiting over, returned',
        'probe withAsync(): entering body exiting over, returned',
      ]);
    });

    it('nests by time without the context, however long blocks overlap', async () => {
      start({ context: false });
      await withAsync(probeAsync(library, {}), () => withSync(probeSync(library, {}), () => undefined));
      expect(seen()[0]).toContain('probe > probe');
      const stacks = Array.from({ length: 100 }, () => new ExitStack());
      for (const [index, stack] of stacks.entries()) {
        stack.enterContext(probeSync(library, {}) as never);
        if (index > 0) stacks[index - 1]?.exit();
      }
      expect(watch.open()).toHaveLength(1);
      expect(watch.current()).toBe(watch.open()[0]);
      stacks.at(-1)?.exit();
      expect(watch.current()).toBeUndefined();
    });

    it('takes undefined options', () => {
      const options = {
        slow: undefined,
        onSlow: () => undefined,
        sites: undefined,
        context: undefined,
        keep: undefined,
      };
      watch.stop();
      watch = observe({ ...options, capture: undefined });
      withSync(probeSync(library, {}), () => undefined);
      expect(watch.done()).toEqual([]);
    });

    it('reports each phase, in order', async () => {
      const told: string[] = [];
      const tell = (event: string) => (visit: Visit) => void told.push(`${event} ${visit.phase}`);
      start({ onEnter: tell('enter'), onEntered: tell('entered'), onExit: tell('exit'), onExited: tell('exited') });
      await withAsync(probeAsync(library, {}), () => told.push('body'));
      const expected = ['enter entering', 'entered body', 'body', 'exit exiting', 'exited over'];
      expect(told.splice(0)).toEqual(expected);
      withSync(probeSync(library, {}), () => told.push('body'));
      expect(told).toEqual(expected);
    });

    it('lets no listener fail or change a block, nor see what the listener enters', async () => {
      const unhandled: unknown[] = [];
      const microtask = jest.spyOn(globalThis, 'queueMicrotask').mockImplementation((fn) => {
        void Promise.resolve(errorOf(fn)).then((error) => unhandled.push(error));
      });
      try {
        const error = new Error('listener');
        start({
          onEntered() {
            withSync(probeSync(library, {}), () => undefined);
            library.scopeSync(function* scope() {});
            new ExitStack().defer(() => undefined);
            throw error;
          },
        });
        expect(await withAsync(probeAsync(library, {}), (value) => value)).toBe('value');
        await turn();
        expect(unhandled).toEqual([error]);
        expect(watch.done()).toHaveLength(1);
      } finally {
        microtask.mockRestore();
      }
    });

    it("holds an error's text, and the error itself if asked to", async () => {
      start();
      const error = new Error('big');
      await errorOf(() => withAsync(probeAsync(library, {}), () => rethrow(error)));
      expect(watch.done()[0]?.error).toBe('Error: big');
      watch.stop();
      start({ capture: true });
      await errorOf(() => withAsync(probeAsync(library, {}), () => rethrow(error)));
      expect(watch.done()[0]?.error).toBe(error);
    });

    it('says where a block was entered, if asked to', async () => {
      start({ sites: true });
      withSync(probeSync(library, {}), () => undefined);
      expect(watch.done()[0]?.site?.split('\n')[0]).toContain('observe.test.ts');
      start();
      withSync(probeSync(library, {}), () => undefined);
      expect(watch.done()[0]?.site).toBeUndefined();
    });

    it('names classes, disposables and unnamed managers', () => {
      start();
      class Lock {
        enter() {}
        exit() {}
      }
      const hostile = Object.create(null) as object;
      Object.defineProperties(hostile, {
        enter: { value: () => undefined },
        exit: { value: () => undefined },
        constructor: { get: fail },
      });
      withSync(new Lock(), () => undefined);
      withSync({ enter() {}, exit() {} }, () => undefined);
      withSync(hostile as never, () => undefined);
      withSync(
        contextManager(() =>
          (function* () {
            yield;
          })(),
        )() as never,
        () => undefined,
      );
      expect(watch.done().map(({ name }) => name)).toEqual(['Lock', 'Object', 'unreadable', 'unnamed']);
    });

    it('keeps as many as it was told to, and sees nothing after it is stopped', () => {
      start({ keep: 2 });
      for (let count = 0; count < 7; count++) withSync(probeSync(library, {}), () => undefined);
      expect(watch.done().map(({ id }) => id)).toEqual([expect.any(Number), (watch.done()[0]?.id ?? 0) + 1]);
      {
        watch[Symbol.dispose]();
      }
      withSync(probeSync(library, {}), () => undefined);
      expect(watch.done()).toHaveLength(2);
      const none = start({ keep: 0 });
      withSync(probeSync(library, {}), () => undefined);
      expect(none.done()).toEqual([]);
    });

    it('reports an aclosing that a block enters', async () => {
      start();
      await withAsync(aclosing([1, 2]), async (items) => {
        for await (const item of items) void item;
        expect(watch.open().map(({ name }) => name)).toEqual(['aclosing']);
      });
      expect(watch.done().map(summary)).toEqual(['aclosing withAsync(): entering body exiting over, returned']);
    });

    it("begins the setup in the caller's tick", () => {
      start();
      const events: string[] = [];
      void withAsync({ enterAsync: async () => void events.push('setup'), exitAsync: async () => undefined }, () => 1);
      events.push('after');
      expect(events).toEqual(['setup', 'after']);
    });

    it('reports what a listener itself ends', () => {
      const stack = new ExitStack();
      start({ onEntered: ({ name }) => name === 'probe' && stack.dispose() });
      stack.defer(function flush() {});
      withSync(probeSync(library, {}), () => undefined);
      expect(watch.done().map(({ name }) => name)).toEqual(['flush', 'probe']);
    });

    it('carries an ambient context into the body, with and without its own', async () => {
      const storage = asyncLocalStorage<string>();
      const ambient = library.fromCallback((body) => storage.run('inside', body));
      for (const context of [true, false]) {
        start({ context });
        expect(await withAsync(ambient, async () => turn().then(() => storage.getStore()))).toBe('inside');
      }
    });

    it("sees a promise, a lazy thenable and a fallback of a stack's entries", async () => {
      start();
      let started = 0;
      const lazy = { then: (resolve: (value: unknown) => void) => resolve(void (started += 1)) };
      const held: [hold: (stack: InstanceType<typeof AsyncExitStack<unknown>>) => unknown, seen: string][] = [
        [(stack) => stack.adopt(5, async () => turn()), '5 adopt() returned'],
        [(stack) => stack.defer(() => lazy), 'unnamed defer() returned'],
        [(stack) => stack.defer(async () => fail()), 'unnamed defer() threw'],
        [(stack) => stack.push(async () => undefined), 'unnamed push() returned'],
        [(stack) => stack.push(async (thrown) => thrown && { value: 1 }), 'unnamed push() suppressed'],
        [(stack) => stack.push(() => undefined), 'unnamed push() returned'],
        [(stack) => stack.push((thrown) => thrown && { value: 1 }), 'unnamed push() suppressed'],
      ];
      for (const [hold, expected] of held) {
        const stack = new AsyncExitStack<unknown>();
        hold(stack);
        await errorOfAny(() => stack.exitAsync({ error: 1 }));
        const last = watch.done().at(-1);
        expect(`${String(last?.name)} ${String(last?.by)} ${String(last?.result)}`).toBe(expected);
      }
      expect(started).toBe(1);
    });

    it("leaves replies alone that a sync stack doesn't await", async () => {
      start();
      let started = 0;
      const reply = () => ({ then: () => (started += 1) }) as never;
      const held: ((stack: InstanceType<typeof ExitStack>) => unknown)[] = [
        (stack) => stack.use({ [Symbol.dispose]: reply }),
        (stack) => stack.adopt(5, reply),
        (stack) => stack.defer(reply),
        (stack) => stack.push(reply),
      ];
      for (const hold of held) {
        const stack = new ExitStack();
        hold(stack);
        await errorOfAny(() => stack.dispose());
      }
      await turn();
      expect(started).toBe(0);
      expect(watch.done().map(({ result }) => result)).toEqual(Array(4).fill('returned'));
    });

    it('handles managers with odd names, and an odd stack', async () => {
      start({ sites: true });
      const odd = Object.defineProperty(() => undefined, 'name', { value: Symbol('odd') });
      const { prepareStackTrace } = Error;
      Error.prepareStackTrace = fail;
      const stack = new ExitStack();
      stack.defer(odd);
      stack.dispose();
      Error.prepareStackTrace = prepareStackTrace;
      expect(watch.done().map(({ name, site }) => [name, site])).toEqual([['unnamed', '']]);
    });

    it('has no site if the stack trace holds only this package', async () => {
      start({ sites: true });
      const app = asyncContextManager(async function* app() {
        await turn();
        yield* enter(probeAsync(library, {}));
        yield;
      });
      void withAsync(app(), () => undefined);
      for (let round = 0; round < 9; round++) await turn();
      expect(watch.done().map(({ name, site }) => [name, site])).toContainEqual(['probe', '']);
    });

    it('has no site without a stack trace', () => {
      const { stackTraceLimit } = Error;
      start({ sites: true });
      Error.stackTraceLimit = 0;
      withSync(probeSync(library, {}), () => undefined);
      Error.stackTraceLimit = stackTraceLimit;
      expect(watch.done()[0]?.site).toBe('');
    });

    it('tells each of several watches what it asked for', () => {
      const first = start();
      const second = observe({ keep: 1 });
      withSync(probeSync(library, {}), () => undefined);
      second.stop();
      withSync(probeSync(library, {}), () => undefined);
      expect([first.done().length, second.done().length]).toEqual([2, 1]);
    });
  });

  describe('the channel withal:block', () => {
    it('publishes each visit to all subscribers', async () => {
      const channel = diagnostics.tracingChannel<Visit>('withal:block');
      const events: string[] = [];
      const on = (event: string) => (visit: unknown) =>
        void events.push(`${event} ${(visit as Visit).by} ${(visit as Visit).phase}`);
      const subscriber = {
        start: on('start'),
        end: on('end'),
        asyncStart: on('asyncStart'),
        asyncEnd: on('asyncEnd'),
        error: on('error'),
      };
      channel.subscribe(subscriber);
      try {
        start();
        await errorOf(() => withAsync(probeAsync(library, {}), fail));
        withSync(probeSync(library, {}), () => undefined);
        expect(events).toEqual([
          'start withAsync() entering',
          'end withAsync() entering',
          'error withAsync() over',
          'asyncStart withAsync() over',
          'asyncEnd withAsync() over',
          'start withSync() entering',
          'end withSync() over',
        ]);
      } finally {
        channel.unsubscribe(subscriber);
      }
    });

    it('lets a store that is bound to its start reach setup, body and teardown', async () => {
      const storage = asyncLocalStorage<string>();
      const { start: channel } = diagnostics.tracingChannel('withal:block');
      channel.bindStore(storage, ((visit: Visit) => `span of ${visit.name} ${visit.by}`) as never);
      try {
        start();
        const seenIn: unknown[] = [];
        const see = () => seenIn.push(storage.getStore());
        const inner = asyncContextManager(async function* inner() {
          await turn();
          see();
          yield;
          await turn();
          see();
        });
        const outer = asyncContextManager(async function* outer() {
          yield* enter(inner());
          see();
          yield;
          see();
        });
        await withAsync(outer(), async () => {
          await turn();
          see();
        });
        const [spanOfInner, spanOfOuter] = ['span of inner enter()', 'span of outer withAsync()'];
        expect(seenIn).toEqual([spanOfInner, spanOfOuter, spanOfOuter, spanOfOuter, spanOfInner]);
      } finally {
        channel.unbindStore(storage);
      }
    });

    it("leaves a sync block's context alone for mere listeners", () => {
      const storage = asyncLocalStorage<string>();
      const listener = () => undefined;
      diagnostics.subscribe('tracing:withal:block:start', listener);
      try {
        start();
        const named = contextManager(function* named() {
          storage.enterWith('setup');
          yield;
        });
        storage.run('around', () => {
          expect(withSync(named(), () => storage.getStore())).toBe('setup');
          withSync(named(), () => {
            storage.enterWith('body');
          });
          expect(storage.getStore()).toBe('body');
        });
      } finally {
        diagnostics.unsubscribe('tracing:withal:block:start', listener);
      }
    });

    it('lets the store reach the body of a sync block, and of one in passing()', () => {
      const storage = asyncLocalStorage<string>();
      const { start: channel } = diagnostics.tracingChannel('withal:block');
      channel.bindStore(storage, ((visit: Visit) => `span of ${visit.name}`) as never);
      try {
        start();
        const seenIn: unknown[] = [];
        const see = () => seenIn.push(storage.getStore());
        const task = contextManager(function* task() {
          see();
          yield;
          see();
        });
        withSync(task(), see);
        withSync(passing(task(), TypeError), see);
        // Of the two around the last body, the inner one.
        expect(seenIn).toEqual(Array(6).fill('span of task'));
        expect(storage.getStore()).toBeUndefined();
      } finally {
        channel.unbindStore(storage);
      }
    });

    it('lets the store reach the body of an async block in passing()', async () => {
      const storage = asyncLocalStorage<string>();
      const { start: channel } = diagnostics.tracingChannel('withal:block');
      channel.bindStore(storage, ((visit: Visit) => `span of ${visit.name}`) as never);
      try {
        start();
        const task = asyncContextManager(async function* task() {
          yield;
        });
        expect(await withAsync(passing(task(), TypeError), () => storage.getStore())).toBe('span of task');
      } finally {
        channel.unbindStore(storage);
      }
    });

    it('says that a wrapped manager is entered by withAsync() or withSync()', async () => {
      const probe = probeAsync(library, {});
      start();
      await withAsync(passing(probe, TypeError), () => undefined);
      await withAsync(deadline(probe, 1_000), () => undefined);
      withSync(passing(probeSync(library, {}), TypeError), () => undefined);
      expect(
        watch
          .done()
          .filter(({ name }) => name === 'probe')
          .map(({ by }) => by),
      ).toEqual(['withAsync()', 'withAsync()', 'withSync()']);
    });
  });
});

describe('observe', () => {
  it('refuses wrong options, before it watches', () => {
    start();
    expect(() => observe(1 as never)).toThrow('Cannot observe: observe() takes an object of options, but 1 was given.');
    expect(() => observe({ slw: 1 } as never)).toThrow('"slw" was given. Is it misspelled?');
    expect(() => observe({ slow: NaN })).toThrow('slow takes milliseconds, 0 or more, but NaN was given.');
    expect(() => observe({ keep: -1 })).toThrow('keep takes a whole number, 0 or more, but -1 was given.');
    expect(() => observe({ onLeak: 1 as never })).toThrow('onLeak takes a function, but 1 was given.');
    expect(() => observe({ sites: 'yes' as never })).toThrow('sites takes a boolean, but "yes" was given.');
    expect(report(watch.open())).toBe('No block is open.');
  });

  it('provides terminationSignal with the open blocks', async () => {
    start();
    const { openBlocks } = await import('../../lib/support/open-blocks.ts');
    const manager = { enter() {}, exit() {} };
    withSync(manager, () => expect(openBlocks()).toMatchObject([{ name: 'Object', phase: 'body' }]));
    watch.stop();
    expect(openBlocks()).toEqual([]);
  });
});

async function errorOfAny(run: () => unknown): Promise<unknown> {
  try {
    return await run();
  } catch (error) {
    return error;
  }
}
