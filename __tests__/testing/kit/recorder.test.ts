import { constants, runInThisContext } from 'node:vm';
import { createRequire } from 'node:module';
import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { Recorder, type Call } from '../../../lib/testing/kit/recorder.ts';

const require = createRequire(import.meta.url);

const error = new Error('injected');

afterEach(() => void jest.restoreAllMocks());

/** Something with state, like a pool. */
class Counter {
  count = 0;

  async up(): Promise<number> {
    return (this.count += 1);
  }

  async down(): Promise<number> {
    return (this.count -= 1);
  }

  now(): number {
    return this.count;
  }
}

async function callsOf(run: (faults: Recorder) => unknown): Promise<Call[]> {
  const faults = new Recorder();
  await run(faults);
  return faults.calls;
}

describe('a call', () => {
  it('has its phase, its number in that phase, and the phase in which it ended', async () => {
    const faults = new Recorder();
    const counter = faults.wrap(new Counter());
    await counter.up();
    faults.phase = 'setup';
    await counter.up();
    await counter.down();
    const last = counter.up();
    faults.phase = 'body';
    await last;
    expect(faults.calls).toMatchObject([
      { name: 'up', phase: 'make', nth: 0, doneIn: 'make', result: 1 },
      { name: 'up', phase: 'setup', nth: 0, doneIn: 'setup', result: 2 },
      { name: 'down', phase: 'setup', nth: 0, doneIn: 'setup', result: 1 },
      { name: 'up', phase: 'setup', nth: 1, doneIn: 'body', result: 2 },
    ]);
  });

  it('is pending until it is done', async () => {
    const [call] = await callsOf(async (faults) => {
      const pending = faults.wrap(new Counter()).up();
      expect(faults.calls).toMatchObject([{ state: 'pending', isAsync: true, canFail: true, opened: 0 }]);
      await pending;
    });
    expect(call).toMatchObject({ state: 'done', isAsync: true, canFail: true, opened: 0 });
  });

  it("can't fail if it is sync", async () => {
    const calls = await callsOf((faults) => faults.wrap(new Counter()).now());
    expect(calls).toMatchObject([{ state: 'done', isAsync: false, canFail: false, opened: 0 }]);
  });

  it('knows how many more things were open after it', async () => {
    const counter = new Counter();
    const calls = await callsOf(async (faults) => {
      faults.countOpen = () => counter.count;
      const wrapped = faults.wrap(counter);
      await wrapped.up();
      wrapped.now();
      await wrapped.down();
    });
    expect(calls.map(({ opened }) => opened)).toEqual([1, 0, -1]);
  });

  it('takes a moment in the teardown, however quick it is', async () => {
    const faults = new Recorder();
    const counter = faults.wrap(new Counter());
    const pauses = async () => {
      for (let count = 0; count < 5; count += 1) await Promise.resolve();
    };
    for (const phase of ['setup', 'teardown'] as const) {
      faults.phase = phase;
      void counter.up();
      await pauses();
    }
    expect(faults.calls.map(({ state }) => state)).toEqual(['done', 'pending']);
    expect(await counter.up()).toBe(3);
  });

  it('is labeled with its arguments', async () => {
    const faults = new Recorder();
    faults.wrap({ call: (...args: unknown[]) => args.length }).call(1, { a: 'b' }, 'x'.repeat(30));
    expect(faults.calls[0]?.label).toBe('call(1, { a: "b" }, "xxxxxxxxxxxxxxxxxxxxxx…)');
  });
});

describe('a fault', () => {
  it('is for one call in one phase', async () => {
    const run = async (faults: Recorder) => {
      const counter = faults.wrap(new Counter());
      const results: unknown[] = [];
      for (const phase of ['setup', 'teardown'] as const) {
        faults.phase = phase;
        for (const act of ['up', 'down', 'up'] as const)
          results.push(await counter[act]().catch((error: unknown) => error));
      }
      return results;
    };
    const calls = await callsOf(run);
    for (const [index, call] of calls.entries()) {
      const results = await run(new Recorder({ call, acts: true, error }));
      expect(results.map((result) => result === error)).toEqual(calls.map((_call, other) => other === index));
    }
  });

  it('strikes once', async () => {
    const [call] = await callsOf((faults) => faults.wrap(new Counter()).up());
    const faults = new Recorder({ call: call as Call, acts: false, error });
    const counter = faults.wrap(new Counter());
    await expect(counter.up()).rejects.toBe(error);
    faults.forget();
    expect(await counter.up()).toBe(1);
  });

  it('makes a call fail as it would itself: a promise rejects', async () => {
    const [call] = await callsOf((faults) => faults.wrap(new Counter()).up());
    const faults = new Recorder({ call: call as Call, acts: false, error });
    const rejected = faults.wrap(new Counter()).up();
    expect(faults.calls).toMatchObject([{ state: 'failed', isAsync: true }]);
    await expect(rejected).rejects.toBe(error);
  });

  it.each([[true], [['now']], [['other', 'now']]])('reaches sync methods at any depth with sync: %p', async (sync) => {
    const world = { deep: new Counter() };
    const [call] = await callsOf((faults) => faults.wrap(world, { sync }).deep.now());
    expect(call?.canFail).toBe(true);
    const faults = new Recorder({ call: call as Call, acts: false, error });
    expect(() => faults.wrap(world, { sync }).deep.now()).toThrow(error);
    expect(faults.calls).toMatchObject([{ state: 'failed', isAsync: false }]);
  });

  it.each([[false], [[]], [['no']], [undefined]])("doesn't reach them with sync: %p", async (sync) => {
    const [call] = await callsOf((faults) => faults.wrap(new Counter(), { sync }).now());
    expect(call?.canFail).toBe(false);
  });

  it('reaches those of one thing, whatever else is wrapped', async () => {
    const calls = await callsOf((faults) => {
      faults.wrap({ ping: () => 'pong' });
      faults.wrap(new Counter(), { sync: ['now'] }).now();
      faults.wrap(() => 1)();
    });
    expect(calls.map(({ canFail }) => canFail)).toEqual([true, false]);
  });

  it('was retried if a later call succeeds', async () => {
    const [call] = await callsOf((faults) => faults.wrap(new Counter()).up());
    const faults = new Recorder({ call: call as Call, acts: false, error });
    const counter = faults.wrap(new Counter());
    // The second call isn't a retry: it is made before the manager learns of the failure.
    await Promise.allSettled([counter.up(), counter.up()]);
    expect(faults.isRetried()).toBe(false);
    await counter.down();
    expect(faults.isRetried()).toBe(false);
    await counter.up();
    expect(faults.isRetried()).toBe(true);
    faults.failed = undefined;
    expect(faults.isRetried()).toBe(false);
  });

  it("wasn't retried by a call that fails, too", async () => {
    let isBroken = false;
    const world = { act: async () => (isBroken ? Promise.reject(new Error('broken')) : undefined) };
    const [call] = await callsOf((faults) => faults.wrap(world).act());
    const faults = new Recorder({ call: call as Call, acts: false, error });
    isBroken = true;
    const wrapped = faults.wrap(world);
    await wrapped
      .act()
      .catch(() => wrapped.act())
      .catch(() => undefined);
    expect(faults.isRetried()).toBe(false);
  });
});

describe('patch', () => {
  it.each<[string, PropertyDescriptor]>([
    ['a method', { value: async () => 'read', writable: true, enumerable: true }],
    ['a hidden method', { value: async () => 'read', writable: true }],
    ['a method that can only be redefined', { value: async () => 'read' }],
    ['a getter', { get: () => async () => 'read', enumerable: true }],
  ])('restores %s as it was', async (_what, given) => {
    const descriptor = { configurable: true, ...given };
    const object = Object.defineProperty({}, 'read', descriptor) as { read(): Promise<string> };
    const before = Object.getOwnPropertyDescriptor(object, 'read');
    const faults = new Recorder();
    faults.patch(object, 'read');
    expect(Object.keys(object)).toEqual(given.enumerable ? ['read'] : []);
    expect([await object.read(), faults.calls.length]).toEqual(['read', 1]);
    // Other code that replaces it in turn must be able to.
    object.read = async () => 'replaced';
    faults.restore();
    expect(Object.getOwnPropertyDescriptor(object, 'read')).toEqual(before);
  });

  it("doesn't record the kit's own calls of what is patched", async () => {
    const object = { read: async () => 'read' };
    const other = { read: async () => 'read' };
    const faults = new Recorder();
    faults.patch(object, 'read');
    const wrapped = faults.wrap(other);
    expect(await faults.look(() => object.read())).toBe('read');
    expect(await faults.glance(() => object.read())).toBe('read');
    const failing = faults.look(async () => {
      await object.read();
      throw new Error('no');
    });
    await expect(failing).rejects.toThrow('no');
    expect(() => faults.glance(() => [].at(Symbol() as never))).toThrow(TypeError);
    expect(faults.calls).toEqual([]);
    // The manager may still be at work while the kit looks.
    await faults.look(() => wrapped.read());
    await object.read();
    expect(faults.calls).toHaveLength(2);
    faults.restore();
  });

  it('restores what was patched twice', () => {
    const object = { read: () => 1, write: () => 2 };
    const { read, write } = object;
    const faults = new Recorder();
    faults.patch(object, 'read', 'write');
    faults.patch(object, 'read');
    expect([object.read === read, object.write === write]).toEqual([false, false]);
    faults.restore();
    expect([object.read === read, object.write === write]).toEqual([true, true]);
    object.read = () => 3;
    faults.restore();
    expect(object.read()).toBe(3);
  });

  it('patches an inherited method for one object', async () => {
    const [counter, other] = [new Counter(), new Counter()];
    const faults = new Recorder();
    faults.patch(counter, 'up');
    await counter.up();
    await other.up();
    expect([faults.calls.length, counter.count, Object.keys(counter)]).toEqual([1, 1, ['count', 'up']]);
    faults.restore();
    expect(Object.keys(counter)).toEqual(['count']);
  });

  it('is followed by named imports of a built-in module', async () => {
    // The real ones: jest has its own, which don't follow.
    const { getBuiltinModule } = runInThisContext('process') as typeof process;
    jest.spyOn(process, 'getBuiltinModule').mockImplementation(getBuiltinModule);
    const imported = (await runInThisContext("import('node:fs/promises')", {
      importModuleDynamically: constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
    })) as { stat(path: string): Promise<unknown> };
    const fs = require('node:fs/promises') as { stat: unknown };
    const { stat } = imported;
    const faults = new Recorder();
    faults.patch(fs, 'stat');
    await imported.stat('.');
    faults.restore();
    expect([faults.calls.length, imported.stat === stat]).toEqual([1, true]);
  });

  it.each([undefined, {}])("ignores what isn't there: %p", (module) => {
    jest.spyOn(process, 'getBuiltinModule').mockReturnValue(module);
    const object = { read: () => 1 };
    const faults = new Recorder();
    expect(faults.patch(object, 'read').read()).toBe(1);
    faults.restore();
    expect(faults.calls).toHaveLength(1);
  });

  it("refuses a getter that can't be replaced", () => {
    const object = Object.defineProperty({}, 'read', { get: () => () => 1 }) as { read(): number };
    expect(() => new Recorder().patch(object, 'read')).toThrow(
      'Cannot patch: faults.patch() takes an object and the names of methods that can be replaced, but function () was given.',
    );
  });
});
