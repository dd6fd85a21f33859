import { setImmediate } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { expectTypeOf } from 'expect-type';
import type { Result } from 'neverthrow';
import type { ResultBlocks } from '../lib/index.ts';
import { builds } from './helpers/builds.ts';
import { errorOf, outcomeOf, reachableFrom, unknownOutcome } from './helpers/outcome.ts';
import { flavors, type Plain } from './helpers/results.ts';

type Drivers = Record<
  'withAsync' | 'withSync' | 'scopeAsync' | 'scopeSync' | 'asyncContextDecorator' | 'contextDecorator',
  (...args: unknown[]) => unknown
>;

type Body = (value: unknown) => unknown;

type Thrown = { readonly error: unknown } | undefined;

type Way = (drivers: Drivers, manager: object, body: Body) => unknown;

const fail = (error: unknown) => () => {
  throw error;
};

const frozen = Object.freeze(new Error('taken'));

const errors = ['TAKEN', new Error('taken'), frozen, undefined, null, 0, NaN, '', false];

describe.each(builds)('%s', (_build, library) => {
  const { asyncContextManager, contextManager, enter, fromCallback, passing, resultBlocks, suppress } = library;

  const asyncWays: Record<string, Way> = {
    withAsync: ({ withAsync }, manager, body) => withAsync(manager, body),
    scopeAsync: ({ scopeAsync }, manager, body) =>
      scopeAsync(async function* () {
        return body(yield* enter(manager as never));
      }),
    'a decorated function': ({ asyncContextDecorator }, manager, body) =>
      (asyncContextDecorator(manager) as (fn: Body) => Body)(body)('value'),
    'a decorated generator': async ({ asyncContextDecorator }, manager, body) => {
      const wrap = asyncContextDecorator(manager) as (fn: unknown) => (value: unknown) => AsyncGenerator;
      const generator = wrap(async function* (value: unknown) {
        yield 'item';
        return body(value);
      })('value');
      expect(await generator.next()).toEqual({ value: 'item', done: false });
      const { value, done } = await generator.next();
      expect(done).toBe(true);
      return value as unknown;
    },
    'a decorated sync generator': async ({ asyncContextDecorator }, manager, body) => {
      const wrap = asyncContextDecorator(manager) as (fn: unknown) => (value: unknown) => AsyncGenerator;
      const generator = wrap(function* (value: unknown) {
        yield 'item';
        return body(value);
      })('value');
      expect(await generator.next()).toEqual({ value: 'item', done: false });
      return (await generator.next()).value as unknown;
    },
    'two blocks, one in the other': ({ withAsync }, manager, body) =>
      withAsync(manager, () => withAsync(manager, body)),
  };

  const syncWays: Record<string, Way> = {
    withSync: ({ withSync }, manager, body) => withSync(manager, body),
    scopeSync: ({ scopeSync }, manager, body) =>
      scopeSync(function* () {
        return body(yield* enter(manager as never));
      }),
    'a decorated function': ({ contextDecorator }, manager, body) =>
      (contextDecorator(manager) as (fn: Body) => Body)(body)('value'),
    'a decorated generator': ({ contextDecorator }, manager, body) => {
      const wrap = contextDecorator(manager) as (fn: unknown) => (value: unknown) => Generator;
      const generator = wrap(function* (value: unknown) {
        yield 'item';
        return body(value);
      })('value');
      expect(generator.next()).toEqual({ value: 'item', done: false });
      return generator.next().value as unknown;
    },
  };

  const forms = [
    ...Object.entries(asyncWays).map(([way, enterBy]) => ({ form: 'async', way, enterBy })),
    ...Object.entries(syncWays).map(([way, enterBy]) => ({ form: 'sync', way, enterBy })),
  ];

  const scripted = (form: string, teardown: (thrown: Thrown) => unknown = rethrow) => {
    const events: unknown[] = [];
    const told = (thrown: Thrown) => {
      events.push(thrown ? ['roll back', thrown.error] : 'commit');
      return teardown(thrown);
    };
    const scriptedSync = contextManager(function* scripted(): Generator<string, unknown, void> {
      let thrown: Thrown;
      try {
        yield 'value';
      } catch (error) {
        thrown = { error };
      }
      return told(thrown);
    });
    const scriptedAsync = asyncContextManager(async function* scripted(): AsyncGenerator<string, unknown, void> {
      let thrown: Thrown;
      try {
        yield 'value';
      } catch (error) {
        thrown = { error };
      }
      return told(thrown);
    });
    return { events, manager: form === 'async' ? scriptedAsync() : scriptedSync() };
  };

  describe.each(Object.entries(flavors))('resultBlocks, %s', (_flavor, { ok, err, later, blocks, told }) => {
    const drivers = blocks(library) as Drivers;
    const give = (form: string, result: unknown): Body =>
      form === 'async' ? async () => (later ? later(result) : result) : () => result;

    describe.each(forms)('$form: $way', ({ form, way, enterBy }) => {
      const isNested = way.includes('two blocks');

      const attempt = async (result: unknown, teardown?: (thrown: Thrown) => unknown) => {
        const { events, manager } = scripted(form, teardown);
        const outcome = await outcomeOf(() => enterBy(drivers, manager, give(form, result)));
        if (isNested) events.splice(1, 1);
        return { outcome, events };
      };

      it('commits an Ok, and returns it', async () => {
        const { outcome, events } = await attempt(ok(1));
        expect(outcome).toEqual({ value: ok(1) });
        expect(events).toEqual(['commit']);
      });

      it('rolls back an Err, and returns it, whatever its error is', async () => {
        for (const error of errors) {
          const result = err(error);
          const { outcome, events } = await attempt(result);
          const { value } = outcome as { value: unknown };
          // A promise-based type resolves to an equal object. Comparing better-result's iterable Err would iterate it.
          if (later && form === 'async') expect(value).toEqual(result);
          expect(value === result || later !== undefined).toBe(true);
          expect(events).toEqual([['roll back', told ? told(result) : error]]);
        }
      });

      it('takes a fallback for an Err', async () => {
        const { outcome } = await attempt(err('TAKEN'), (thrown) => (thrown ? ok('fallback') : undefined));
        expect(outcome).toEqual({ value: ok('fallback') });
      });

      it("throws the teardown's error, and keeps the Err's error", async () => {
        const failed = new Error('rollback failed');
        const error = new Error('taken');
        const { outcome } = await attempt(err(error), fail(failed));
        expect(outcome).toEqual({ error: failed });
        expect(JSON.stringify(reachableFrom(failed).map(String))).toContain('taken');
      });

      it('throws what the body throws', async () => {
        const error = new Error('thrown');
        const { events, manager } = scripted(form);
        expect(await outcomeOf(() => enterBy(drivers, manager, fail(error)))).toEqual({ error });
        expect(events[0]).toEqual(['roll back', error]);
      });
    });
  });

  describe('resultBlocks', () => {
    const plain = resultBlocks((result: Plain<unknown, unknown>) => !result.ok && { error: result.error });
    const { withAsync, withSync, scopeAsync, scopeSync, asyncContextDecorator, contextDecorator } = plain;
    const loose = plain as unknown as Drivers;
    const taken = { ok: false, error: 'TAKEN' } as const;

    it('tells two Errs with the same error apart', async () => {
      const [inner, outer] = [{ ...taken }, { ...taken }];
      let innerResult: unknown;
      const result = await withAsync(scripted('async').manager as never, async () => {
        innerResult = await withAsync(scripted('async').manager as never, () => inner);
        return outer;
      });
      expect(innerResult === inner).toBe(true);
      expect(result === outer).toBe(true);
      const many = Array.from({ length: 100 }, () => ({ ...taken }));
      const { manager } = scripted('async');
      const results = await Promise.all(many.map(async (each) => withAsync(manager as never, async () => each)));
      expect(results.every((each, index) => each === many[index])).toBe(true);
    });

    it('treats the error of an Err as an error if the body throws it', async () => {
      const error = new Error('thrown');
      const outcome = await outcomeOf(() =>
        withAsync(scripted('async').manager as never, async () => {
          await withAsync(scripted('async').manager as never, () => ({ ok: false, error }) as const);
          throw error;
        }),
      );
      expect(outcome).toEqual({ error });
    });

    it("returns a manager's fallback", async () => {
      expect(await withAsync(suppress(Error), () => ({ ok: false, error: new Error('no') }) as const)).toBeUndefined();
      expect(withSync(suppress(Error), () => ({ ok: false, error: 1 }) as const)).toEqual({ ok: false, error: 1 });
    });

    it('returns the Err if the manager commits on a match', async () => {
      const { events, manager } = scripted('async');
      const redirect = new Error('redirect');
      const result = { ok: false, error: redirect } as const;
      const given = await withAsync(passing(manager as never, (error) => error === redirect) as never, () => result);
      expect(given === result).toBe(true);
      expect(events).toEqual(['commit']);
    });

    it("throws a manager's translation", async () => {
      const { manager } = scripted('async', (thrown) => {
        throw new Error('translated', { cause: thrown?.error });
      });
      const error = await errorOf(() => withAsync(manager as never, () => taken));
      expect(error).toMatchObject({ message: 'translated', cause: 'TAKEN' });
    });

    it('keeps the ambient context and the this of a method', async () => {
      const context = { active: false };
      const manager = fromCallback(async (body) => {
        context.active = true;
        await body().finally(() => (context.active = false));
      });
      expect(await withAsync(manager, () => ({ ok: true, value: context.active }))).toEqual({ ok: true, value: true });
      class Repository {
        readonly name = 'rows';

        @asyncContextDecorator(manager)
        async save(error?: string): Promise<Plain<string, string>> {
          return error ? { ok: false, error } : { ok: true, value: this.name };
        }

        @contextDecorator({ enter: () => 1, exit: () => undefined })
        saveSync(error?: string): Plain<string, string> {
          return error ? { ok: false, error } : { ok: true, value: this.name };
        }
      }
      const repository = new Repository();
      expect(await repository.save()).toEqual({ ok: true, value: 'rows' });
      expect(await repository.save('TAKEN')).toEqual(taken);
      expect(repository.saveSync()).toEqual({ ok: true, value: 'rows' });
      expect(repository.saveSync('TAKEN')).toEqual(taken);
      expect([repository.save.name, repository.save.length]).toEqual(['save', 1]);
    });

    it("decorates methods as TypeScript's legacy decorators do", async () => {
      const { events, manager } = scripted('async');
      const descriptor = { value: async () => taken, writable: true, enumerable: false, configurable: true };
      const decorate = loose.asyncContextDecorator(manager) as (...args: unknown[]) => typeof descriptor;
      const { value } = decorate({}, 'save', descriptor);
      expect(await value()).toBe(taken);
      expect(events).toEqual([['roll back', 'TAKEN']]);
    });

    it('passes the arguments on to a scope', async () => {
      const double = (count: number) => ({ ok: true, value: 2 * count }) as const;
      expect(
        await scopeAsync(async function* (count: number) {
          yield* enter(suppress());
          return double(count);
        }, 21),
      ).toEqual({ ok: true, value: 42 });
      expect(
        scopeSync(function* (count: number) {
          yield* enter(suppress());
          return double(count);
        }, 21),
      ).toEqual({ ok: true, value: 42 });
    });

    it("doesn't know the outcome of a generator that was left early", async () => {
      const { events, manager } = scripted('async');
      const rows = asyncContextDecorator(manager as never)(async function* (): AsyncGenerator<
        number,
        Plain<1, 1>,
        void
      > {
        yield 1;
        yield 2;
        return { ok: true, value: 1 };
      });
      for await (const _ of rows()) break;
      expect(events).toEqual([['roll back', expect.objectContaining({ code: 'ERR_OUTCOME_UNKNOWN' })]]);
    });

    it.each<[string, Way, Body, string]>([
      ['withAsync', asyncWays['withAsync'] as Way, () => (function* () {})(), 'withAsync() takes a plain function'],
      ['withSync', syncWays['withSync'] as Way, () => (function* () {})(), 'withSync() takes a plain function'],
      ['withSync', syncWays['withSync'] as Way, async () => taken, 'Did you mean withAsync()?'],
      ['scopeSync', syncWays['scopeSync'] as Way, async () => taken, 'Did you mean scopeAsync()?'],
      [
        'contextDecorator',
        syncWays['a decorated function'] as Way,
        () => Promise.resolve(taken),
        'asyncContextDecorator()',
      ],
    ])("refuses a body that hasn't run, as the drivers do: %s", async (name, way, body, words) => {
      const { events, manager } = scripted(name.includes('Async') ? 'async' : 'sync', () => 'suppressed');
      const error = await errorOf(() => way(loose, manager, body));
      expect(error).toBeInstanceOf(TypeError);
      expect(String(error)).toContain(words);
      expect(events).toEqual([['roll back', error]]);
    });

    it.each<[string, (drivers: Drivers) => unknown, string]>([
      [
        "something that isn't a body",
        ({ withAsync }) => withAsync({ enter() {}, exit() {} }),
        'withAsync() takes a body',
      ],
      ["something that isn't a body", ({ withSync }) => withSync({ enter() {}, exit() {} }), 'withSync() takes a body'],
      [
        'a generator function',
        ({ withAsync }) => withAsync({ enter() {}, exit() {} }, function* () {}),
        'scopeAsync()',
      ],
      ["something that isn't a manager", ({ withAsync }) => withAsync({}, () => taken), 'withAsync() takes a manager'],
      ["something that isn't a manager", ({ withSync }) => withSync({}, () => taken), 'withSync() takes a manager'],
      [
        "something that isn't a generator function",
        ({ scopeAsync }) => scopeAsync(() => taken),
        'scopeAsync() takes async function*',
      ],
      [
        "something that isn't a generator function",
        ({ scopeSync }) => scopeSync(() => taken),
        'scopeSync() takes function*',
      ],
      ["something that isn't a function", ({ scopeAsync }) => scopeAsync(1), 'scopeAsync() takes async function*'],
      ["something that isn't a function", ({ scopeSync }) => scopeSync(1), 'scopeSync() takes function*'],
      [
        "something that isn't a manager",
        ({ asyncContextDecorator }) => asyncContextDecorator({}),
        'asyncContextDecorator() takes a manager',
      ],
      [
        "something that isn't a manager",
        ({ contextDecorator }) => contextDecorator({}),
        'contextDecorator() takes a manager',
      ],
      [
        "something that can't be decorated",
        ({ contextDecorator }) => (contextDecorator({ enter() {}, exit() {} }) as Body)(1),
        'contextDecorator() decorates functions',
      ],
    ])('refuses %s', async (_what, call, words) => {
      const error = await errorOf(() => call(loose));
      expect(error).toBeInstanceOf(TypeError);
      expect(String(error)).toContain(words);
    });

    it('refuses a plain yield in a scope, as the scopes do', async () => {
      const error = await errorOf(() =>
        loose.scopeAsync(async function* () {
          yield 1;
        }),
      );
      expect(String(error)).toContain('scopeAsync() may yield only yield* enter(manager)');
    });

    it.each([undefined, null, 'main', {}])("refuses %p as a scope's function, as the scopes do", async (given) => {
      for (const form of ['scopeAsync', 'scopeSync'] as const) {
        const error = await errorOf(() => library[form](given as never));
        expect(await errorOf(() => loose[form](given))).toEqual(error);
      }
    });

    it.each([undefined, null, 'isErr', {}])('refuses %p as the function', (given) => {
      expect(() => resultBlocks(given as never)).toThrow(TypeError);
      expect(() => resultBlocks(given as never)).toThrow('resultBlocks((result) => result.isErr()');
    });

    describe.each([
      ['true', () => true],
      ['a number', () => 1],
      ['the error itself', () => 'TAKEN'],
      ['an object', () => ({})],
      ['a promise', async () => Promise.reject(new Error('late'))],
    ])('a function that returns %s', (_what, failed) => {
      it.each(forms.filter(({ way }) => !way.includes('two blocks')))(
        'fails the block: $form, $way',
        async ({ form, enterBy }) => {
          const drivers = resultBlocks(failed as never) as unknown as Drivers;
          const { events, manager } = scripted(form, () => 'suppressed');
          const error = await errorOf(() => enterBy(drivers, manager, () => taken));
          expect(error).toBeInstanceOf(TypeError);
          expect(String(error)).toContain('returns { error } for an Err, and false for an Ok');
          expect(events[0]).toEqual(['roll back', error]);
        },
      );
    });

    describe.each<false | null | undefined>([false, null, undefined])('a function that returns %p', (answer) => {
      it.each(forms)('lets the block succeed: $form, $way', async ({ form, enterBy }) => {
        const { events, manager } = scripted(form);
        const drivers = resultBlocks(() => answer) as unknown as Drivers;
        expect(await enterBy(drivers, manager, () => taken)).toBe(taken);
        expect(new Set(events)).toEqual(new Set(['commit']));
      });
    });

    it.each(Object.entries(syncWays))(
      "doesn't call the function with a promise in a sync block: %s",
      async (_way, enterBy) => {
        const asked: unknown[] = [];
        const drivers = resultBlocks((result) => {
          asked.push(result);
          return false;
        }) as unknown as Drivers;
        await outcomeOf(() => enterBy(drivers, scripted('sync').manager, async () => Promise.resolve(taken)));
        await setImmediate();
        expect(asked).toEqual([]);
      },
    );

    it('fails the block with what the function throws', async () => {
      const { events, manager } = scripted('async');
      const broken = resultBlocks((result: Plain<1, 1>) => !result.ok && { error: result.error });
      const error = await errorOf(() => broken.withAsync(manager as never, (() => undefined) as never));
      expect(error).toBeInstanceOf(TypeError);
      expect(events).toEqual([['roll back', error]]);
    });

    it('leaves an unknown outcome alone', async () => {
      const error = await unknownOutcome(library);
      const result = { ok: false, error } as const;
      const given = await withAsync(scripted('async').manager as never, () => result);
      expect(given === result).toBe(true);
    });
  });

  it('compiles like the drivers of any codebase', () => {
    expectTypeOf<ResultBlocks<Result<unknown, unknown>>>().toHaveProperty('withAsync');
    expect(Object.keys(resultBlocks(() => false))).toHaveLength(6);
  });
});

function rethrow(thrown: Thrown): unknown {
  if (thrown) throw thrown.error;
  return undefined;
}
