import { describe, expect, it } from '@jest/globals';
import { builds, type Library } from './helpers/builds.ts';
import { errorOf, outcomeOf, reachableFrom } from './helpers/outcome.ts';

/** What a manager in these tests does, besides logging. */
interface Script {
  entering?(): unknown;
  /** Its answer to an error is its fallback. */
  failing?(error: unknown): unknown;
  exiting?(): unknown;
}

type Manager = Record<'enter' | 'exit' | 'enterAsync' | 'exitAsync', (...args: unknown[]) => unknown>;
type MakeManager = (log: unknown[], name: string, script?: Script) => Manager;
type MakeAll = (managers: unknown, options?: unknown) => Manager;
type Run = (manager: unknown, body: (value: unknown) => unknown) => unknown;

interface Way {
  readonly name: string;
  readonly all: MakeAll;
  readonly manager: MakeManager;
  readonly run: Run;
  readonly enter: 'enter' | 'enterAsync';
  readonly exit: 'exit' | 'exitAsync';
  /** Whether a member is entered even if an earlier one can't be. */
  readonly isConcurrent?: true;
}

const fail = (error: unknown) => () => {
  throw error;
};

const managersOf = ({ asyncContextManager, contextManager }: Library) => ({
  sync: contextManager(function* logged(log: unknown[], name: string, script: Script = {}) {
    log.push(`enter ${name}`);
    script.entering?.();
    try {
      yield name.toUpperCase();
    } catch (error) {
      log.push([name, error]);
      return (script.failing ?? fail(error))(error);
    }
    script.exiting?.();
    log.push(`exit ${name}`);
    return undefined;
  }) as unknown as MakeManager,
  async: asyncContextManager(async function* logged(log: unknown[], name: string, script: Script = {}) {
    log.push(`enter ${name}`);
    await script.entering?.();
    try {
      yield name.toUpperCase();
    } catch (error) {
      log.push([name, error]);
      return await (script.failing ?? fail(error))(error);
    }
    await script.exiting?.();
    log.push(`exit ${name}`);
    return undefined;
  }) as unknown as MakeManager,
});

/** The ways to enter, for tests that are the same for each. */
function waysOf(library: Library): Way[] {
  const { withAsync, withSync } = library;
  const { sync, async } = managersOf(library);
  const all = library.all as MakeAll;
  const atOnce: MakeAll = (managers) => all(managers, { concurrent: true });
  const runAsync = { run: withAsync as Run, enter: 'enterAsync', exit: 'exitAsync' } as const;
  return [
    { name: 'withSync', all, manager: sync, run: withSync as Run, enter: 'enter', exit: 'exit' },
    { name: 'withAsync', all, manager: async, ...runAsync },
    { name: 'withAsync, of sync managers', all, manager: sync, ...runAsync },
    { name: 'withAsync, at once', all: atOnce, manager: async, ...runAsync, isConcurrent: true },
    { name: 'withAsync, of sync managers at once', all: atOnce, manager: sync, ...runAsync, isConcurrent: true },
  ];
}

const bodyError = new Error('body');

describe.each(builds)('%s', (_build, library) => {
  const { AsyncExitStack, asyncContextDecorator, asyncContextManager, closing, enter, nullContext, withAsync } =
    library;
  const all = library.all as MakeAll;
  const withSync = library.withSync as Run;
  const { sync, async } = managersOf(library);

  describe.each(waysOf(library).map((way) => [way.name, way] as const))('all in %s', (_way, way) => {
    const { manager, run, isConcurrent = false } = way;

    it('returns the values of a list, enters in order, and exits in reverse order', async () => {
      const log: unknown[] = [];
      const three = way.all([manager(log, 'a'), manager(log, 'b'), manager(log, 'c')]);
      const result = await run(three, (values) => {
        log.push(values);
        return 'result';
      });
      expect(result).toBe('result');
      expect(log).toEqual(['enter a', 'enter b', 'enter c', ['A', 'B', 'C'], 'exit c', 'exit b', 'exit a']);
    });

    it("returns the values of a record under its keys, in the record's order", async () => {
      const log: unknown[] = [];
      const given = { last: manager(log, 'a'), first: manager(log, 'b'), ['__proto__']: manager(log, 'c') };
      const entries = await run(way.all(given), (values) => Object.entries(values as object));
      expect(entries).toEqual([
        ['last', 'A'],
        ['first', 'B'],
        ['__proto__', 'C'],
      ]);
      expect(log).toEqual(['enter a', 'enter b', 'enter c', 'exit c', 'exit b', 'exit a']);
    });

    it.each([
      ['list', [], []],
      ['record', {}, {}],
      ['record without a prototype', Object.create(null) as object, {}],
    ])('takes an empty %s', async (_what, given, values) => {
      expect(await run(way.all(given), (values) => values)).toEqual(values);
    });

    it.each([
      ['an error', bodyError],
      ['undefined', undefined],
      ['NaN', NaN],
    ])('tells each manager that the body threw %s', async (_what, error) => {
      const log: unknown[] = [];
      const outcome = await outcomeOf(() => run(way.all([manager(log, 'a'), manager(log, 'b')]), fail(error)));
      expect(outcome).toStrictEqual({ error });
      expect(log.slice(2)).toStrictEqual([
        ['b', error],
        ['a', error],
      ]);
    });

    it('returns the fallback of a manager that suppresses; the managers before it see no error', async () => {
      const log: unknown[] = [];
      const recovering = manager(log, 'b', { failing: () => 'fallback' });
      const three = way.all([manager(log, 'a'), recovering, manager(log, 'c')]);
      expect(await run(three, fail(bodyError))).toBe('fallback');
      expect(log.slice(3)).toEqual([['c', bodyError], ['b', bodyError], 'exit a']);
    });

    it("passes an exit's error to the managers before it, and keeps the body's error", async () => {
      const log: unknown[] = [];
      const failed = new Error('exit');
      const three = way.all([
        manager(log, 'a'),
        manager(log, 'b', { exiting: fail(failed), failing: fail(failed) }),
        manager(log, 'c'),
      ]);
      expect(await errorOf(() => run(three, () => 'result'))).toBe(failed);
      expect(log.slice(3)).toEqual(['exit c', ['a', failed]]);
      expect(await errorOf(() => run(three, fail(bodyError)))).toBe(failed);
      expect(failed.cause).toBe(bodyError);
    });

    it("exits the entered managers if one can't be entered", async () => {
      const log: unknown[] = [];
      const failed = new Error('entry');
      const three = way.all([manager(log, 'a'), manager(log, 'b', { entering: fail(failed) }), manager(log, 'c')]);
      expect(await errorOf(() => run(three, () => log.push('body')))).toBe(failed);
      expect(log).toEqual(['enter a', 'enter b', ...(isConcurrent ? ['enter c', ['c', failed]] : []), ['a', failed]]);
    });

    it("didn't yield if a manager suppressed the failed entry of another", async () => {
      const failed = new Error('entry');
      const pair = way.all([
        manager([], 'a', { failing: () => 'fallback' }),
        manager([], 'b', { entering: fail(failed) }),
      ]);
      const error = await errorOf(() => run(pair, () => 'never'));
      expect(error).toMatchObject({ code: 'ERR_DID_NOT_YIELD', cause: failed });
    });

    it('can be used many times, and nested', async () => {
      const log: unknown[] = [];
      const one = way.all([manager(log, 'a')]);
      expect(await run(one, (outer) => [outer])).toEqual([['A']]);
      const nested = () => run(one, () => 'inner');
      expect(await run(one, way.enter === 'enter' ? nested : async () => nested())).toBe('inner');
      expect(log.splice(0)).toEqual([...['enter a', 'exit a'], ...['enter a', 'enter a', 'exit a', 'exit a']]);
      expect(await run(way.all([one, one]), (values) => values)).toEqual([['A'], ['A']]);
    });

    it('does nothing before it is entered, and copies its argument', async () => {
      const log: unknown[] = [];
      const list = [manager(log, 'a')];
      const record: Record<string, unknown> = { a: manager(log, 'a') };
      const made = [way.all(list), way.all(record)];
      list.push(manager(log, 'b'));
      record['a'] = record['b'] = manager(log, 'b');
      expect(log).toEqual([]);
      expect([await run(made[0], (values) => values), await run(made[1], (values) => values)]).toEqual([
        ['A'],
        { a: 'A' },
      ]);
    });

    it('can be entered and exited by hand, once at a time', async () => {
      const log: unknown[] = [];
      const pair = way.all({ a: manager(log, 'a'), b: manager(log, 'b', { failing: () => 'fallback' }) });
      for (const [thrown, answer] of [
        [[], undefined],
        [[{ error: bodyError }], { value: 'fallback' }],
      ]) {
        expect(await pair[way.enter]()).toEqual({ a: 'A', b: 'B' });
        expect(await errorOf(() => pair[way.enter]())).toMatchObject({ code: 'ERR_ALREADY_ENTERED' });
        expect(await pair[way.exit](...(thrown as unknown[]))).toEqual(answer);
        expect(await errorOf(() => pair[way.exit]())).toMatchObject({ code: 'ERR_NOT_ENTERED' });
      }
      expect(log).toEqual([
        ...['enter a', 'enter b', 'exit b', 'exit a'],
        ...['enter a', 'enter b', ['b', bodyError], 'exit a'],
      ]);
    });

    it('takes disposables, which are their own values', async () => {
      const log: unknown[] = [];
      const resource = { [Symbol.dispose]: () => log.push('disposed') };
      const body = (values: unknown) => (values as unknown[])[1] === resource;
      expect(await run(way.all([manager(log, 'a'), resource]), body)).toBe(true);
      expect(log).toEqual(['enter a', 'disposed', 'exit a']);
    });

    it("refuses what isn't a manager before it enters anything", async () => {
      const log: unknown[] = [];
      expect(() => way.all([manager(log, 'a'), undefined])).toThrow(TypeError);
      expect(log).toEqual([]);
    });
  });

  describe('all', () => {
    it('enters in withAsync whatever withAsync takes, one after the other', async () => {
      const log: unknown[] = [];
      const resource = { [Symbol.asyncDispose]: async () => void log.push('disposed') };
      const file = { close: async () => Promise.resolve().then(() => log.push('closed')) };
      const mixed = all([sync(log, 'a'), async(log, 'b'), closing(file), resource]);
      await withAsync(mixed as never, (values: unknown) => {
        expect(values).toEqual(['A', 'B', file, resource]);
      });
      expect(log).toEqual(['enter a', 'enter b', 'disposed', 'closed', 'exit b', 'exit a']);
    });

    it.each([{}, { concurrent: true }])('awaits a promise from a sync member, with %j', async (options) => {
      const exits: unknown[] = [];
      const giving = (value: unknown) => ({ enter: () => value, exit: (thrown?: unknown) => void exits.push(thrown) });
      const manager = all([giving(Promise.resolve(1)), giving(2)], options);
      expect(await withAsync(manager as never, (values: unknown) => values)).toEqual([1, 2]);
      const error = new Error('rejected');
      const rejecting = all([giving(1), giving(Promise.reject(error))], options);
      expect(await errorOf(() => withAsync(rejecting as never, () => 'never'))).toBe(error);
      expect(exits).toEqual([undefined, undefined, { error }]);
    });

    it("isn't entered in place of an object that it was spread into", async () => {
      const spread = { ...library.all([library.nullContext(1)]), enter: () => 'own', exit() {} };
      expect(library.withSync(spread as never, (value: unknown) => value)).toBe('own');
    });

    it('prefers the async protocol in withAsync, and the sync one in withSync', async () => {
      const both = { enterAsync: async () => 'async', exitAsync: async () => {}, enter: () => 'sync', exit() {} };
      const one = library.all([both]);
      expect(await withAsync(one, ([value]) => value)).toBe('async');
      expect(library.withSync(one, ([value]) => value)).toBe('sync');
    });

    it.each<[string, () => Manager]>([
      ['an async member', () => all([sync([], 'a'), async([], 'b')])],
      ['concurrent entry', () => all([sync([], 'a')], { concurrent: true })],
    ])('refuses %s in withSync', async (_what, make) => {
      const error = (await errorOf(() => withSync(make(), () => 'never'))) as Error;
      expect(error).toBeInstanceOf(TypeError);
      expect(error.message).toContain('Did you mean withAsync()?');
    });

    it('refuses an exit that returns a promise in withSync, and still exits the others', async () => {
      const log: unknown[] = [];
      const pair = all([sync(log, 'a'), { enter: () => 1, exit: async () => Promise.reject(new Error('unseen')) }]);
      const error = await errorOf(() => withSync(pair, () => 'never'));
      expect(error).toBeInstanceOf(TypeError);
      expect(log).toEqual(['enter a', ['a', error]]);
    });

    it('can be entered on a stack, in a generator, by a decorator', async () => {
      const log: unknown[] = [];
      const pair = library.all([nullContext(1), nullContext('a')]);
      const composed = asyncContextManager(async function* composed() {
        yield yield* enter(pair);
      });
      await withAsync(new AsyncExitStack(), async (stack) => log.push(await stack.enterContext(pair)));
      await withAsync(composed(), (values) => log.push(values));
      expect(log).toEqual([
        [1, 'a'],
        [1, 'a'],
      ]);
      expect(
        library.scopeSync(function* () {
          return yield* enter(pair);
        }),
      ).toEqual([1, 'a']);
      expect(library.contextDecorator(pair)(() => 'sync')()).toBe('sync');
      expect(await asyncContextDecorator(pair)(async () => 'async')()).toBe('async');
    });

    it('can be entered many times concurrently', async () => {
      const log: unknown[] = [];
      const pair = all([async(log, 'a'), async(log, 'b')]) as never;
      const results = [0, 1, 2].map(async (result) =>
        withAsync(pair, async () => {
          await Promise.resolve();
          return result;
        }),
      );
      expect(await Promise.all(results)).toEqual([0, 1, 2]);
      expect(log.filter((entry) => entry === 'exit a')).toHaveLength(3);
    });

    it.each<[string, unknown, string]>([
      ['nothing', undefined, 'undefined'],
      ['null', null, 'null'],
      ['a string', 'ab', '"ab"'],
      ['a number', 1, '1'],
      ['a function', () => [], 'function ()'],
      ['a Map', new Map(), 'an object (Map)'],
      ['a Set', new Set([nullContext()]), 'an object (Set)'],
      ['a promise of a list', Promise.resolve([]), 'an object (Promise)'],
      ['a generator', (function* () {})(), 'an object (Generator)'],
      ['a manager', nullContext(), 'an object (nullContext)'],
      ['a disposable', { [Symbol.asyncDispose]: async () => {} }, 'an object (Object)'],
    ])('refuses %s', (_what, given, named) => {
      const make = () => all(given);
      expect(make).toThrow(TypeError);
      expect(make).toThrow(`all() takes a list or a record of managers, but ${named} was given`);
    });

    const transaction = asyncContextManager(async function* transaction() {
      yield;
    });

    it.each<[string, unknown, string]>([
      ['nothing', [undefined], 'undefined was given at index 0. Did you mean closing'],
      ['a hole', new Array(1), 'undefined was given at index 0. Did you mean closing'],
      ["a function that wasn't called", { db: transaction }, 'transaction() was given as db. Did you forget to call'],
      ['a promise', { db: Promise.resolve() }, 'an object (Promise) was given as db. Did you forget await?'],
      ['a generator', [(function* () {})()], 'at index 0. Did you mean aclosing()?'],
      ['half a manager', [nullContext(), { enterAsync() {} }], 'at index 1. It has only enterAsync().'],
      ['a list of managers', [[nullContext()]], 'an object (Array) was given at index 0. Did you mean closing'],
    ])('refuses %s as a member', (_what, given, message) => {
      expect(() => all(given)).toThrow(TypeError);
      expect(() => all(given)).toThrow(`all() takes managers and disposables, but `);
      expect(() => all(given)).toThrow(message);
    });

    it('says so if a member has stopped being a manager', async () => {
      for (const [options, caller] of [
        [undefined, 'enter()'],
        [{ concurrent: true }, 'all()'],
      ] as const) {
        const given: Record<string, unknown> = { enter() {}, exit() {} };
        const manager = all([given] as never, options);
        given['exit'] = undefined;
        const error = await errorOf(() => withAsync(manager as never, () => undefined));
        expect(error).toBeInstanceOf(TypeError);
        expect((error as Error).message).toContain(`Cannot enter: ${caller} takes a manager or a disposable, `);
      }
    });

    it('has a name in messages', () => {
      expect(() => new library.ExitStack().use(all([]) as never)).toThrow('an object (all) was given');
    });

    it.each([
      ['null', null, 'null'],
      ['a boolean', true, 'true'],
      ['a second manager', nullContext(), 'an object (nullContext)'],
    ])('refuses %s as options', (_what, options, named) => {
      expect(() => all([], options)).toThrow(TypeError);
      expect(() => all([], options)).toThrow(`all() takes an object as its options, but ${named} was given`);
    });

    it('throws what a getter of the record throws, and reads each once', () => {
      let asked = 0;
      const manager = nullContext(1);
      const counting = {
        get a() {
          asked += 1;
          return manager;
        },
      };
      expect(withSync(all(counting), (values) => values)).toEqual({ a: 1 });
      expect(asked).toBe(1);
      const failing = {
        get a(): never {
          throw bodyError;
        },
      };
      expect(() => all(failing)).toThrow(bodyError);
    });

    it("takes only the record's enumerable string keys", () => {
      const record = Object.create({ inherited: 1 }, { hidden: { value: 2 } }) as Record<PropertyKey, unknown>;
      record[Symbol('symbol')] = 3;
      record['own'] = nullContext(4);
      expect(withSync(all(record), (values) => values)).toEqual({ own: 4 });
    });
  });

  describe('all with concurrent entry', () => {
    const atOnce = (managers: unknown) => all(managers, { concurrent: true }) as never;
    const later = async (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 5));

    it('enters the managers concurrently', async () => {
      let waiting = 0;
      let open = () => {};
      const opened = new Promise<void>((resolve) => (open = resolve));
      const entering = async () => {
        waiting += 1;
        if (waiting === 3) open();
        return opened;
      };
      const members = ['a', 'b', 'c'].map((name) => async([], name, { entering }));
      expect(await withAsync(atOnce(members), (values) => values)).toEqual(['A', 'B', 'C']);
    });

    it('orders values and exits by the list, whichever manager was entered first', async () => {
      const log: unknown[] = [];
      const three = atOnce([async(log, 'a', { entering: later }), sync(log, 'b'), async(log, 'c')]);
      expect(await withAsync(three, (values) => values)).toEqual(['A', 'B', 'C']);
      expect(log.slice(3)).toEqual(['exit c', 'exit b', 'exit a']);
    });

    it('exits one after the other', async () => {
      const log: unknown[] = [];
      const exiting = async () => {
        log.push('exiting');
        await later();
      };
      await withAsync(atOnce([async(log, 'a', { exiting }), async(log, 'b', { exiting })]), () => undefined);
      expect(log.slice(2)).toEqual(['exiting', 'exit b', 'exiting', 'exit a']);
    });

    const failingTwice = async (log: unknown[], script: Script = {}) => {
      const [first, second] = [new Error('first'), undefined];
      const five = atOnce({
        slow: async(log, 'slow', { ...script, entering: later }),
        first: async(log, 'first', { entering: async () => later().then(fail(first)) }),
        fine: async(log, 'fine', script),
        second: sync(log, 'second', { entering: fail(second) }),
        last: sync(log, 'last'),
      });
      const error = (await errorOf(() => withAsync(five, () => log.push('body')))) as AggregateError;
      return { error, errors: [first, second] };
    };

    it("waits for the rest if several fail, and exits them with all errors, in the list's order", async () => {
      const log: unknown[] = [];
      const { error, errors } = await failingTwice(log);
      expect(error).toBeInstanceOf(AggregateError);
      expect(error.errors).toStrictEqual(errors);
      expect(error.message).toBe('Cannot enter all(): each manager must be entered, but 2 of 5 failed. See errors.');
      expect(log.slice(5)).toEqual([
        ['last', error],
        ['fine', error],
        ['slow', error],
      ]);
    });

    it('waits for the rest if one fails, and rejects with its error, whatever that is', async () => {
      const log: unknown[] = [];
      const pair = atOnce([async(log, 'slow', { entering: later }), sync(log, 'b', { entering: fail(undefined) })]);
      expect(await outcomeOf(() => withAsync(pair, () => log.push('body')))).toStrictEqual({ error: undefined });
      expect(log).toEqual(['enter slow', 'enter b', ['slow', undefined]]);
    });

    it('keeps the errors from entering if an exit fails too', async () => {
      const log: unknown[] = [];
      const failed = new Error('exit');
      const { error, errors } = await failingTwice(log, { failing: fail(failed) });
      expect(error).toBe(failed);
      expect(reachableFrom(error)).toEqual(expect.arrayContaining(errors));
      expect(log.at(-1)).toEqual(['slow', failed]);
    });

    it("didn't yield if an exit suppresses the errors from entering, which are kept", async () => {
      const log: unknown[] = [];
      const { error, errors } = await failingTwice(log, { failing: () => 'fallback' });
      expect(error).toMatchObject({ code: 'ERR_DID_NOT_YIELD', cause: { errors } });
      expect((error as Error).message).toContain('Cannot enter all()');
      expect(log.slice(-1)).toEqual(['exit slow']);
    });

    it('enters one after the other with concurrent: false', async () => {
      const log: unknown[] = [];
      const pair = all([async(log, 'a', { entering: fail(bodyError) }), async(log, 'b')], { concurrent: false });
      expect(await errorOf(() => withAsync(pair as never, () => undefined))).toBe(bodyError);
      expect(log).toEqual(['enter a']);
    });
  });
});
