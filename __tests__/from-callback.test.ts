import { describe, expect, it, jest } from '@jest/globals';
import fc from 'fast-check';
import { builds } from './helpers/builds.ts';
import { errorOf, outcomeOf, unknownOutcome } from './helpers/outcome.ts';
import { randomRuns } from './helpers/random.ts';
import { asyncLocalStorage } from './helpers/storage.ts';
import { asyncWays, type Way } from './helpers/ways.ts';

type Callback = (value: string) => Promise<void>;

type Api = (callback: Callback) => unknown;

const apiError = new Error('api');
const bodyError = new Error('body');

const turn = () => new Promise(setImmediate);

const fail = (error: unknown) => () => {
  throw error;
};

/** An ORM's transaction that logs how it ends. */
const transaction =
  (
    events: unknown[],
    { begin = turn, commit = turn, rollback = turn }: Partial<Record<string, () => unknown>> = {},
  ): Api =>
  async (callback) => {
    await begin();
    events.push('begin');
    try {
      await callback('tx');
    } catch (error) {
      events.push(['rollback', error]);
      await rollback();
      throw error;
    }
    events.push('commit');
    await commit();
  };

/** The ways to enter a manager (a decorator gets no value), and by hand. */
const ways: Record<string, Way> = {
  ...asyncWays,
  'a decorated function': ({ asyncContextDecorator }, manager, body) =>
    asyncContextDecorator(manager)(async () => body('tx'))(),
  'a decorated generator': async ({ asyncContextDecorator }, manager, body) => {
    const decorated = asyncContextDecorator(manager)(async function* () {
      yield 'item';
      return body('tx');
    });
    const generator = decorated();
    await generator.next();
    return (await generator.next()).value;
  },
  'by hand': async (_library, given, body) => {
    const manager = given as { enterAsync(): Promise<unknown>; exitAsync(thrown?: unknown): Promise<unknown> };
    const value = await manager.enterAsync();
    const outcome = await outcomeOf(() => body(value));
    if ('value' in outcome) await manager.exitAsync();
    else if ((await manager.exitAsync(outcome)) === false) throw outcome.error;
    return 'value' in outcome ? outcome.value : undefined;
  },
};

describe.each(builds)('%s', (_build, library) => {
  const { AsyncExitStack, ContextManagerError, enter, fromCallback, asyncContextManager, scopeAsync, withAsync } =
    library;
  const manage = (api: Api) => fromCallback<string>(api);

  describe.each(Object.entries(ways))('fromCallback by %s', (_way, run) => {
    const attempt = (api: Api, body: (value: unknown) => unknown) =>
      outcomeOf(() => run(library, manage(api) as never, body));

    it("returns the API's value, and succeeds if the block does", async () => {
      const events: unknown[] = [];
      expect(await attempt(transaction(events), (value) => [value])).toEqual({ value: ['tx'] });
      expect(events).toEqual(['begin', 'commit']);
    });

    it.each([
      ['an error', bodyError],
      ['a frozen error', Object.freeze(new Error('frozen'))],
      ...[undefined, null, 0, '', NaN].map((error) => [String(error), error] as const),
    ])('passes %s to the API, and rethrows the same object', async (_what, error) => {
      const events: unknown[] = [];
      const before = error instanceof Error ? Reflect.ownKeys(error) : [];
      expect(await attempt(transaction(events), fail(error))).toEqual({ error });
      expect(events).toEqual(['begin', ['rollback', error]]);
      expect(error instanceof Error ? Reflect.ownKeys(error) : []).toEqual(before);
    });

    it('suppresses if the API swallows the error', async () => {
      const swallowing: Api = async (callback) => callback('tx').catch(() => undefined);
      expect(await attempt(swallowing, fail(bodyError))).toEqual({ value: undefined });
    });

    it('throws what the API throws before it calls back, as a failed setup', async () => {
      const body = jest.fn();
      for (const api of [transaction([], { begin: fail(apiError) }), fail(apiError)])
        expect(await attempt(api, body)).toEqual({ error: apiError });
      expect(body).not.toHaveBeenCalled();
    });

    it("throws the error of the commit or the rollback, and keeps the block's error", async () => {
      expect(await attempt(transaction([], { commit: fail(apiError) }), () => 'value')).toEqual({ error: apiError });
      const failed = new Error('rollback');
      expect(await attempt(transaction([], { rollback: fail(failed) }), fail(bodyError))).toEqual({ error: failed });
      expect(failed.cause).toBe(bodyError);
    });

    it('throws what the API throws during the body, after the body is done', async () => {
      const stolen = () => new Error('stolen');
      const stealing =
        (error: Error): Api =>
        async (callback) => {
          void callback('tx').catch(() => undefined);
          throw error;
        };
      const events: string[] = [];
      const [first, second] = [stolen(), stolen()];
      const done = await attempt(stealing(first), async () => {
        await turn();
        events.push('body');
      });
      expect(done).toEqual({ error: first });
      expect(events).toEqual(['body']);
      const failing = await attempt(stealing(second), async () => {
        await turn();
        throw bodyError;
      });
      expect(failing).toEqual({ error: second });
      expect(second.cause).toBe(bodyError);
    });

    it('rejects if the API ends without calling back', async () => {
      const body = jest.fn();
      for (const api of [() => undefined, async () => undefined])
        expect(await attempt(api, body)).toMatchObject({ error: { code: 'ERR_DID_NOT_YIELD' } });
      expect(body).not.toHaveBeenCalled();
    });

    it('refuses a callback after that', async () => {
      let late: Callback = fail(undefined);
      await attempt((callback) => void (late = callback), fail(undefined));
      await expect(late('tx')).rejects.toMatchObject({ code: 'ERR_ALREADY_ENTERED' });
    });

    it('refuses a second call, and says to retry around the block', async () => {
      const retrying: Api = async (callback) => callback('tx').catch(() => callback('tx'));
      const body = jest.fn(fail(bodyError));
      const { error } = (await attempt(retrying, body)) as { error: Error };
      expect(error).toBeInstanceOf(ContextManagerError);
      expect(error).toMatchObject({
        cause: bodyError,
        message: expect.stringContaining('put the retry around the block'),
      });
      expect(body).toHaveBeenCalledTimes(1);
    });

    it("throws the block's error if the API didn't wait for the block", async () => {
      const ignoring: Api = (callback) => void callback('tx');
      expect(await attempt(ignoring, () => 'value')).toMatchObject({ error: { code: 'ERR_OUTCOME_UNKNOWN' } });
      const looking: Api = async (callback) => {
        void callback('tx');
        await turn();
        await turn();
      };
      expect(await attempt(looking, fail(bodyError))).toEqual({ error: bodyError });
      expect(
        await attempt(ignoring, async () => {
          await turn();
          throw bodyError;
        }),
      ).toEqual({ error: bodyError });
    });

    it('serves many blocks at once', async () => {
      const events: unknown[] = [];
      const manager = manage(transaction(events));
      if (_way === 'by hand') return;
      const bodies = Array.from({ length: 20 }, (_, index) => async () => {
        await turn();
        if (index % 2) throw bodyError;
        return index;
      });
      const outcomes = await Promise.all(
        bodies.map(async (body) => outcomeOf(() => run(library, manager as never, body))),
      );
      expect(outcomes).toEqual(bodies.map((_, index) => (index % 2 ? { error: bodyError } : { value: index })));
      expect(events.filter((event) => event === 'commit')).toHaveLength(10);
    });
  });

  describe('fromCallback', () => {
    it('leaves nothing unhandled, whatever the API ignores', async () => {
      const unhandled = jest.fn();
      process.on('unhandledRejection', unhandled);
      try {
        await outcomeOf(() =>
          withAsync(
            manage((callback) => void callback('tx')),
            fail(bodyError),
          ),
        );
        await turn();
        expect(unhandled).not.toHaveBeenCalled();
      } finally {
        process.off('unhandledRejection', unhandled);
      }
    });

    it('rolls back on a stack that is disposed without complete()', async () => {
      const events: unknown[] = [];
      const stack = new AsyncExitStack();
      await stack.enterContext(manage(transaction(events)));
      await stack.disposeAsync();
      expect(events).toEqual(['begin', ['rollback', expect.objectContaining({ code: 'ERR_OUTCOME_UNKNOWN' })]]);
      expect(await unknownOutcome(library)).toBeInstanceOf(ContextManagerError);
    });

    it('passes on a thenable value as it is', async () => {
      const value = Promise.resolve('unwrapped');
      const manager = fromCallback<Promise<string>>(async (body) => body(value));
      expect(await withAsync(manager, (given) => given === value)).toBe(true);
    });

    it("calls the API in the entry's tick", () => {
      const api = jest.fn(async (callback: Callback) => callback('tx'));
      void withAsync(manage(api), () => undefined);
      expect(api).toHaveBeenCalledTimes(1);
    });

    it("refuses what isn't a function", () => {
      for (const given of [undefined, {}, 'api', Promise.resolve()])
        expect(() => fromCallback(given as never)).toThrow('Write fromCallback((body) => api(body)).');
    });
  });

  describe('the ambient context', () => {
    const storage = asyncLocalStorage<string>();
    const ambient = (value: string) => fromCallback((body) => storage.run(value, body));
    const seen = async () => {
      const before = storage.getStore();
      await turn();
      return [before, storage.getStore()];
    };

    it('lasts for the body, and ends with it', async () => {
      expect(await withAsync(ambient('a'), seen)).toEqual(['a', 'a']);
      expect(await library.asyncContextDecorator(ambient('a'))(seen)()).toEqual(['a', 'a']);
      expect(storage.getStore()).toBeUndefined();
    });

    it('nests, separately for each manager', async () => {
      expect(
        await withAsync(ambient('outer'), async () => [
          await withAsync(ambient('inner'), seen),
          storage.getStore(),
          await Promise.all(['a', 'b', 'c'].map(async (id) => withAsync(ambient(id), seen))),
        ]),
      ).toEqual([
        ['inner', 'inner'],
        'outer',
        [
          ['a', 'a'],
          ['b', 'b'],
          ['c', 'c'],
        ],
      ]);
    });

    it('lasts for what is entered later in the same generator or scope, in setup and teardown', async () => {
      const events: unknown[] = [];
      const logged = asyncContextManager(async function* logged(name: string) {
        events.push(`enter ${name} in ${String(storage.getStore())}`);
        await turn();
        try {
          yield name;
        } finally {
          await turn();
          events.push(`exit ${name} in ${String(storage.getStore())}`);
        }
      });
      const app = asyncContextManager(async function* app() {
        yield* enter(logged('before'));
        yield* enter(ambient('a'));
        yield* enter(composed());
        try {
          yield;
        } finally {
          yield* enter(logged('late'));
        }
      });
      const composed = asyncContextManager(async function* composed() {
        yield* enter(logged('after'));
        yield;
      });
      const expected = [
        'enter before in undefined',
        'enter after in a',
        'body in a',
        'enter late in a',
        'exit late in a',
        'exit after in a',
        'exit before in undefined',
      ];
      const body = () => void events.push(`body in ${String(storage.getStore())}`);
      await withAsync(app(), body);
      expect(events.splice(0)).toEqual(expected);
      await scopeAsync(async function* () {
        yield* enter(logged('before'));
        yield* enter(ambient('a'));
        await withAsync(logged('own'), () => undefined);
        yield* enter(logged('after'));
      });
      expect(events.splice(0)).toEqual([
        'enter before in undefined',
        expect.stringContaining('enter own'),
        expect.stringContaining('exit own'),
        'enter after in a',
        'exit after in a',
        'exit before in undefined',
      ]);
      await withAsync(library.all([ambient('a'), logged('member')]), body);
      expect(events).toEqual(['enter member in a', 'body in a', 'exit member in a']);
    });

    it('reaches through managers that enter it', async () => {
      const span = asyncContextManager(async function* span(name: string) {
        yield* enter(ambient(name));
        yield name;
      });
      const both = asyncContextManager(async function* both() {
        const outer = yield* enter(span('outer'));
        const inner = yield* enter(span('inner'));
        yield [outer, inner];
      });
      expect(await withAsync(span('a'), seen)).toEqual(['a', 'a']);
      expect(await withAsync(both(), async (names) => [names, await seen()])).toEqual([
        ['outer', 'inner'],
        ['inner', 'inner'],
      ]);
    });

    it("is AsyncContext's if there is one", async () => {
      const calls: unknown[] = [];
      class Snapshot {
        run<Args extends unknown[], R>(fn: (...args: Args) => R, ...args: Args): R {
          calls.push(args);
          return fn(...args);
        }
      }
      Object.assign(globalThis, { AsyncContext: { Snapshot } });
      try {
        await withAsync(
          fromCallback<string>(async (body) => body('value')),
          (value) => value,
        );
      } finally {
        Reflect.deleteProperty(globalThis, 'AsyncContext');
      }
      expect(calls).toEqual([['value']]);
    });

    it.each([
      ['no process', { value: undefined }],
      ['no built-in modules', { value: {} }],
      ['no snapshots', { value: { getBuiltinModule: () => ({ AsyncLocalStorage: {} }) } }],
    ])('is left unchanged on a host with %s', async (_what, { value }) => {
      const { process } = globalThis;
      const run = withAsync(
        fromCallback<string>(async (body) => body('value')),
        (given) => given,
      );
      Object.defineProperty(globalThis, 'process', { value, configurable: true, writable: true });
      try {
        expect(
          await withAsync(
            fromCallback<string>(async (body) => body('value')),
            (given) => given,
          ),
        ).toBe('value');
      } finally {
        Object.defineProperty(globalThis, 'process', { value: process, configurable: true, writable: true });
      }
      expect(await run).toBe('value');
    });
  });

  it('equals the manager that it wraps', async () => {
    const step = fc.constantFrom('pass', 'throw', 'suppress');
    await fc.assert(
      fc.asyncProperty(
        fc.record({
          setup: fc.constantFrom('pass', 'throw'),
          returned: fc.constantFrom('pass', 'throw'),
          threw: step,
          body: fc.constantFrom('pass', 'throw'),
          way: fc.constantFrom(...Object.keys(ways)),
        }),
        async ({ setup, returned, threw, body, way }) => {
          const play = async (surround: boolean) => {
            const events: unknown[] = [];
            const errors = { setup: new Error('setup'), returned: new Error('returned'), threw: new Error('threw') };
            const manager = asyncContextManager(async function* manager() {
              events.push('enter');
              if (setup === 'throw') throw errors.setup;
              try {
                yield 'tx';
              } catch (error) {
                events.push(['exit', error]);
                if (threw === 'suppress') return undefined;
                throw threw === 'throw' ? errors.threw : error;
              }
              events.push('exit');
              if (returned === 'throw') throw errors.returned;
              return undefined;
            });
            const own = new Error('body');
            const given = surround ? manage((callback) => withAsync(manager(), callback)) : manager();
            const outcome = await outcomeOf(() =>
              ways[way]?.(library, given as never, () => (body === 'throw' ? fail(own)() : 'result')),
            );
            const told = 'error' in outcome ? [String(outcome.error), String((outcome.error as Error).cause)] : outcome;
            return [
              told,
              JSON.stringify(events, (_key, value: unknown) => (value instanceof Error ? String(value) : value)),
            ];
          };
          expect(await play(true)).toEqual(await play(false));
        },
      ),
      randomRuns(250),
    );
  }, 60_000);

  it('takes a proxy whose name can be anything', async () => {
    const api: (body: (value: string) => Promise<void>) => Promise<void> = (body) => body('value');
    const proxy = new Proxy(api, { get: () => proxy });
    expect(await withAsync(manage(proxy), (value) => value)).toBe('value');
  });

  it('is named after its function, if that has a name', () => {
    const nameOf = (manager: unknown) => (JSON.parse(JSON.stringify(manager)) as { manager: string }).manager;
    expect(nameOf(manage((callback) => callback('')))).toBe('fromCallback');
    expect(
      nameOf(
        manage(async function requestId(callback) {
          await callback('');
        }),
      ),
    ).toBe('requestId');
  });

  it("passes on the body's error, even undefined", async () => {
    expect(await errorOf(() => withAsync(manage(transaction([])), fail(undefined)))).toBeUndefined();
  });
});
