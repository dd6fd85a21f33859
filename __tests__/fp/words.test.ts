import { describe, expect, it, jest } from '@jest/globals';
import { builds, fpBuilds } from '../helpers/builds.ts';
import { errorOf, outcomeOf } from '../helpers/outcome.ts';
import { asyncWays } from '../helpers/ways.ts';

const bodyError = new Error('body');

const fail = (error: unknown) => () => {
  throw error;
};

type Thrown = { readonly error: unknown } | undefined;

/** A manager that logs what happens to it. */
function noted(events: unknown[], name: string, value: unknown = name, answer?: (thrown: Thrown) => unknown) {
  return {
    enterAsync: async () => {
      events.push(`enter ${name}`);
      return value;
    },
    exitAsync: async (thrown?: Thrown): Promise<never> => {
      events.push(thrown ? [`exit ${name}`, thrown.error] : `exit ${name}`);
      return answer?.(thrown) as never;
    },
  };
}

const pairs = builds.map(([build, library], index) => [build, library, fpBuilds[index]?.[1] as never] as const);

describe.each(pairs as readonly (readonly [string, (typeof builds)[0][1], (typeof fpBuilds)[0][1]])[])(
  'withal/fp, %s',
  (_build, library, { chain, lift, map, of, optional, orElse, tap, use, useSync }) => {
    const { contextManager, suppress, withAsync } = library;

    describe('use and useSync', () => {
      it('run a block, with the manager last', async () => {
        const events: unknown[] = [];
        expect(await use((value: unknown) => [value])(noted(events, 'a'))).toEqual(['a']);
        expect(events).toEqual(['enter a', 'exit a']);
        const section = contextManager(function* section() {
          events.push('<');
          yield 'section';
          events.push('>');
        });
        expect(useSync((value: string) => value.length)(section())).toBe(7);
        expect(events.slice(2)).toEqual(['<', '>']);
      });

      it('return a fallback, and throw what a block throws', async () => {
        expect(await outcomeOf(() => use(fail(bodyError))(suppress(Error)))).toEqual({ value: undefined });
        expect(await outcomeOf(() => useSync(fail(bodyError))(suppress(Error)))).toEqual({ value: undefined });
        expect(await errorOf(() => use(fail(bodyError))(of(1)))).toBe(bodyError);
        expect(await errorOf(() => useSync(fail(bodyError))(of(1)))).toBe(bodyError);
      });

      it('refuse a bad body when they get it, and a bad manager when they get that', async () => {
        for (const [name, call] of Object.entries({ use, useSync })) {
          expect(() => (call as (body: unknown) => unknown)(1)).toThrow(`${name}() takes a body`);
          expect(() => (call as (body: unknown) => unknown)(function* () {})).toThrow(
            `${name}() takes a plain function`,
          );
          const run = (call as (body: unknown) => (manager: unknown) => unknown)(() => 1);
          expect(await errorOf(() => run({}))).toBeInstanceOf(TypeError);
        }
      });
    });

    describe('map and tap', () => {
      it.each(Object.entries(asyncWays))('pass another value, or the same, in each way: %s', async (_way, enterBy) => {
        const events: unknown[] = [];
        const mapped = map(async (value: unknown) => [value])(noted(events, 'a'));
        expect(await enterBy(library, mapped as never, (value) => value)).toEqual(['a']);
        expect(events.splice(0)).toEqual(['enter a', 'exit a']);
        const tapped = tap(async (value: unknown) => events.push(['tap', value]))(noted(events, 'a'));
        expect(await outcomeOf(() => enterBy(library, tapped as never, fail(bodyError)))).toEqual({ error: bodyError });
        expect(events).toEqual(['enter a', ['tap', 'a'], ['exit a', bodyError]]);
      });

      it('exit the manager if the function throws', async () => {
        for (const operator of [map, tap] as (typeof map)[]) {
          const events: unknown[] = [];
          for (const f of [fail(bodyError), async () => Promise.reject(bodyError)]) {
            const body = jest.fn();
            const rethrow = (thrown: Thrown) => fail(thrown?.error)();
            const manager = operator(f)(noted(events, 'a', 1, rethrow));
            expect(await errorOf(() => withAsync(manager, body))).toBe(bodyError);
            expect(body).not.toHaveBeenCalled();
            expect(events.splice(0)).toEqual(['enter a', ['exit a', bodyError]]);
          }
        }
      });

      it('call the function on each entry, and not before', async () => {
        const f = jest.fn((value: number) => value + 1);
        const manager = map(f)(of(1));
        expect(f).not.toHaveBeenCalled();
        expect(await withAsync(manager, (outer) => withAsync(manager, (inner) => [outer, inner]))).toEqual([2, 2]);
        expect(f).toHaveBeenCalledTimes(2);
      });
    });

    describe('chain and of', () => {
      it('exit the second manager first, and tell the first the resulting outcome', async () => {
        const events: unknown[] = [];
        const translated = new Error('translated');
        const manager = chain((value: unknown) =>
          noted(events, `${String(value)}b`, 2, (thrown) => thrown && fail(translated)()),
        )(noted(events, 'a', 'a', (thrown) => thrown && fail(thrown.error)()));
        expect(await withAsync(manager, (value) => value)).toBe(2);
        expect(events.splice(0)).toEqual(['enter a', 'enter ab', 'exit ab', 'exit a']);
        expect(await errorOf(() => withAsync(manager, fail(bodyError)))).toBe(translated);
        expect(events).toEqual(['enter a', 'enter ab', ['exit ab', bodyError], ['exit a', translated]]);
      });

      it('exit the first if there is no second', async () => {
        const events: unknown[] = [];
        const error = await errorOf(() => withAsync(chain((() => 1) as never)(noted(events, 'a')), () => 'never'));
        expect(error).toMatchObject({
          name: 'TypeError',
          message:
            'Cannot enter: the function given to chain() must return a manager, but 1 was given. Did you mean closing() or all()?',
        });
        expect(events).toEqual(['enter a', ['exit a', error]]);
        const promised = chain((async () => Promise.reject(bodyError)) as never)(noted(events, 'a'));
        expect(String(await errorOf(() => withAsync(promised, () => 'never')))).toContain(
          'Await in the manager instead.',
        );
      });

      it('pass any value, with either protocol', async () => {
        for (const value of [undefined, null, 0, () => 1, { then: 1 }]) {
          expect(await use((given: unknown) => given === value)(of(value))).toBe(true);
          expect(useSync((given: unknown) => given === value)(of(value))).toBe(true);
        }
        expect(await use((given: number) => given)(of(Promise.resolve(1)))).toBe(1);
      });
    });

    describe('orElse', () => {
      const broken = (events: unknown[], error: unknown) => ({ ...noted(events, 'broken'), enterAsync: fail(error) });
      const setupError = new Error('refused');

      it('enters the other manager if the setup failed, and exits nothing of the first', async () => {
        const events: unknown[] = [];
        const manager = orElse(noted(events, 'b'))(broken(events, setupError) as never);
        expect(await withAsync(manager, (value) => value)).toBe('b');
        expect(events).toEqual(['enter b', 'exit b']);
      });

      it('leaves the other manager alone if the setup succeeded, even if the block fails', async () => {
        const events: unknown[] = [];
        const manager = orElse(noted(events, 'b'))(noted(events, 'a', 1, (thrown) => thrown && fail(thrown.error)()));
        expect(await withAsync(manager, (value) => value)).toBe(1);
        expect(await errorOf(() => withAsync(manager, fail(bodyError)))).toBe(bodyError);
        expect(events).toEqual(['enter a', 'exit a', 'enter a', ['exit a', bodyError]]);
      });

      it('asks a function for the other manager, which may rethrow the error', async () => {
        const events: unknown[] = [];
        const errors: unknown[] = [];
        const other = (error: unknown) => {
          errors.push(error);
          if (error === bodyError) throw error;
          return noted(events, 'b');
        };
        expect(await withAsync(orElse(other)(broken(events, setupError) as never), (value) => value)).toBe('b');
        const error = await errorOf(() => withAsync(orElse(other)(broken(events, bodyError) as never), () => 'never'));
        expect(error).toBe(bodyError);
        expect(errors).toEqual([setupError, bodyError]);
      });

      it('keeps both errors if neither can be set up', async () => {
        const failed = new Error('refused too');
        const manager = orElse(broken([], failed) as never)(broken([], setupError) as never);
        expect(await errorOf(() => withAsync(manager, () => 'never'))).toBe(failed);
        expect(failed.cause).toBe(setupError);
        const nothing = orElse((() => 1) as never)(broken([], setupError) as never);
        expect(await errorOf(() => withAsync(nothing, () => 'never'))).toMatchObject({
          name: 'TypeError',
          message: expect.stringContaining('the function given to orElse() must return a manager'),
          cause: setupError,
        });
      });

      it('says so if the other one has stopped being a manager', async () => {
        const other: { enter: () => unknown; exit?: () => undefined } = { enter: () => 1, exit: () => undefined };
        const manager = orElse(other as never)(broken([], setupError) as never);
        delete other.exit;
        expect(await errorOf(() => withAsync(manager, () => 'never'))).toMatchObject({
          message: expect.stringContaining('It has only enter().'),
          cause: setupError,
        });
      });

      it('enters a function that is a manager', async () => {
        const other = Object.assign(() => 1, { enter: () => 'by hand', exit: () => undefined });
        const manager = orElse(other as never)(broken([], setupError) as never);
        expect(await withAsync(manager, (value) => value)).toBe('by hand');
      });
    });

    describe('optional and lift', () => {
      it('pass undefined if there is no manager', async () => {
        for (const nothing of [undefined, null, false] as const)
          expect(await withAsync(optional(nothing), (value) => [value])).toEqual([undefined]);
      });

      it('work like the managers they were given', async () => {
        for (const operator of [optional, lift] as (typeof lift)[]) {
          const events: unknown[] = [];
          const manager = operator(noted(events, 'a', 1, () => ({ value: 'fallback' })));
          expect(await withAsync(manager, (value) => value)).toBe(1);
          expect(await withAsync(manager, fail(bodyError))).toBe('fallback');
          expect(events).toEqual(['enter a', 'exit a', 'enter a', ['exit a', bodyError]]);
          expect(await outcomeOf(() => withAsync(operator(suppress(Error)), fail(bodyError)))).toEqual({
            value: undefined,
          });
        }
      });

      it('make an async manager from a sync one, and from a disposable', async () => {
        const disposable = { [Symbol.dispose]: jest.fn() };
        const lifted = lift(disposable);
        expect(await lifted.enterAsync()).toBe(disposable);
        await lifted.exitAsync();
        expect(disposable[Symbol.dispose]).toHaveBeenCalledTimes(1);
        const waiting = { enter: async () => 1, exit: async () => undefined };
        expect(await lift(waiting).enterAsync()).toBe(1);
      });
    });

    it.each<[string, () => unknown, string]>([
      ['map', () => map(1 as never), 'map() takes a function, but 1 was given. Write map((value) => …).'],
      ['tap', () => tap(of(1) as never), 'Write tap((value) => …).'],
      ['chain', () => chain(of(1) as never), 'Write chain((value) => manager(value)).'],
      [
        'orElse',
        () => orElse(1 as never),
        'orElse() takes a manager, or a function that returns one, but 1 was given.',
      ],
      ['lift', () => lift(1 as never), 'lift() takes a manager or a disposable, but 1 was given.'],
      ['optional', () => optional(1 as never), 'lift() takes a manager or a disposable, but 1 was given.'],
      ['map', () => map(String)(of as never), 'map() takes a manager or a disposable, but function of() was given.'],
      ['tap', () => tap(String)({} as never), 'tap() takes a manager or a disposable'],
      ['chain', () => chain(of)(Promise.resolve(of(1)) as never), 'Did you forget await?'],
      [
        'orElse',
        () => orElse(of(1))(undefined as never),
        'orElse() takes a manager or a disposable, but undefined was given.',
      ],
    ])('%s refuses wrong input at once', (_word, call, words) => {
      expect(call).toThrow(TypeError);
      expect(call).toThrow(/: \w+\(\) takes /);
      expect(call).toThrow(words);
    });
  },
);
