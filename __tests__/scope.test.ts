import { describe, expect, it } from '@jest/globals';
import { builds, type Library } from './helpers/builds.ts';
import { lifted } from './helpers/flat.ts';
import { errorOf, outcomeOf, reachableFrom } from './helpers/outcome.ts';

type Scoped = Generator<unknown, unknown, unknown>;

interface Form {
  readonly name: 'scopeSync' | 'scopeAsync';
  /** Runs the function in a scope: as it is, or lifted into an async generator function. */
  run(fn: (this: unknown) => Scoped): unknown;
  /** The scope itself, for tests of bad input. */
  readonly scope: (fn?: unknown, ...args: unknown[]) => unknown;
}

/** The two scopes, for tests that are the same for both. */
const formsOf = ({ scopeAsync, scopeSync }: Library): Form[] => [
  { name: 'scopeSync', run: (fn) => scopeSync(fn as never), scope: scopeSync as Form['scope'] },
  {
    name: 'scopeAsync',
    run: (fn) => scopeAsync(lifted(fn) as never),
    scope: scopeAsync as Form['scope'],
  },
];

const bodyError = new Error('body');

const fail = (error: unknown) => () => {
  throw error;
};

interface Script {
  entering?(): unknown;
  /** Its answer to an error is its fallback. */
  failing?(error: unknown): unknown;
  exiting?(): unknown;
}

describe.each(builds)('%s', (_build, library) => {
  const { asyncContextManager, contextManager, scopeAsync, scopeSync, suppress, withAsync, withSync } = library;
  const enter = library.enter as unknown as (manager: unknown) => Scoped;

  const logged = contextManager(function* logged(
    log: unknown[],
    name: string,
    { entering, failing, exiting }: Script = {},
  ): Generator<string, unknown, void> {
    log.push(`enter ${name}`);
    entering?.();
    try {
      yield name.toUpperCase();
    } catch (error) {
      log.push([name, error]);
      return (failing ?? fail(error))(error);
    }
    exiting?.();
    log.push(`exit ${name}`);
    return undefined;
  });

  describe.each(formsOf(library).map((form) => [form.name, form] as const))('%s', (name, { run, scope }) => {
    it('ends a compiled generator without a return()', async () => {
      const generator = {
        next: () => ({ done: false, value: 'plain' }),
        throw: () => ({ done: false, value: 'plain again' }),
        [name === 'scopeSync' ? Symbol.iterator : Symbol.asyncIterator]: () => generator,
      };
      const error = await errorOf(() => scope(() => generator));
      expect((error as Error).message).toContain('but "plain" was given. Return the value instead.');
    });

    it('rethrows an unknown outcome, which no manager can suppress', async () => {
      const log: unknown[] = [];
      const { AsyncExitStack, ExitStack, suppress } = library;
      const program = (error: unknown) =>
        run(function* () {
          yield* enter(suppress(Error));
          throw error;
        });
      if (name === 'scopeSync') {
        const stack = new ExitStack<unknown>();
        stack.push((thrown) => {
          log.push('told');
          program(thrown?.error);
          log.push('went on');
        });
        stack.dispose();
      } else {
        const stack = new AsyncExitStack<unknown>();
        stack.push(async (thrown) => {
          log.push('told');
          await program(thrown?.error);
          log.push('went on');
        });
        await stack.disposeAsync();
      }
      expect(log).toEqual(['told']);
    });

    it('enters as it goes, exits in reverse order when the function is done, and returns its result', async () => {
      const log: unknown[] = [];
      const result = await run(function* () {
        const a = yield* enter(logged(log, 'a'));
        log.push(a);
        const b = yield* enter(logged(log, 'b'));
        try {
          return [a, b];
        } finally {
          log.push('finally');
        }
      });
      expect(result).toEqual(['A', 'B']);
      expect(log).toEqual(['enter a', 'A', 'enter b', 'finally', 'exit b', 'exit a']);
    });

    it.each([['nothing', undefined] as const, ['a value', 'value'] as const])(
      'returns %s without entering anything',
      async (_what, value) => {
        expect(
          await run(function* () {
            return value;
          }),
        ).toBe(value);
      },
    );

    it.each<[unknown]>([[bodyError], [undefined], [null], [0], [''], [NaN]])(
      'tells each manager that the function threw %p, and rethrows it',
      async (error) => {
        const log: unknown[] = [];
        const outcome = await outcomeOf(() =>
          run(function* () {
            yield* enter(logged(log, 'a'));
            yield* enter(logged(log, 'b'));
            throw error;
          }),
        );
        expect(outcome).toStrictEqual({ error });
        expect(log.slice(2)).toStrictEqual([
          ['b', error],
          ['a', error],
        ]);
      },
    );

    it('returns the fallback of a manager that suppresses; the managers before it see no error', async () => {
      const log: unknown[] = [];
      const result = await run(function* () {
        yield* enter(logged(log, 'a'));
        yield* enter(logged(log, 'b', { failing: () => 'fallback' }));
        yield* enter(logged(log, 'c'));
        throw bodyError;
      });
      expect(result).toBe('fallback');
      expect(log.slice(3)).toEqual([['c', bodyError], ['b', bodyError], 'exit a']);
    });

    it("throws an exit's error, and keeps the function's", async () => {
      const log: unknown[] = [];
      const exitError = new Error('exit');
      const failing = (error?: Error) =>
        run(function* () {
          yield* enter(logged(log, 'a'));
          yield* enter(logged(log, 'b', { exiting: fail(exitError), failing: fail(exitError) }));
          if (error) throw error;
        });
      expect(await errorOf(() => failing())).toBe(exitError);
      expect(log.splice(0)).toEqual(['enter a', 'enter b', ['a', exitError]]);
      expect(await errorOf(() => failing(bodyError))).toBe(exitError);
      expect(exitError.cause).toBe(bodyError);
    });

    it("keeps the result if a manager suppresses an exit's error", async () => {
      const result = await run(function* () {
        yield* enter(logged([], 'a', { failing: () => 'fallback' }));
        yield* enter(logged([], 'b', { exiting: fail(new Error('exit')) }));
        return 'result';
      });
      expect(result).toBe('result');
    });

    it("lets a manager suppress an exit's error, even if a stack made it for an unknown outcome", async () => {
      const stack = new library.ExitStack<undefined>();
      let unknown: unknown;
      stack.push((thrown) => {
        unknown = thrown?.error;
      });
      stack.dispose();
      const result = await run(function* () {
        yield* enter(suppress(() => true));
        yield* enter(logged([], 'a', { exiting: fail(unknown) }));
        return 'result';
      });
      expect(unknown).toMatchObject({ code: 'ERR_OUTCOME_UNKNOWN' });
      expect(result).toBe('result');
    });

    it('throws an error from entering at the enter', async () => {
      const log: unknown[] = [];
      const broken = () => logged(log, 'broken', { entering: fail(bodyError) });
      const caught = await run(function* () {
        const a = yield* enter(logged(log, 'a'));
        try {
          yield* enter(broken());
        } catch (error) {
          log.push(error);
        }
        return [a, yield* enter(logged(log, 'b'))];
      });
      expect(caught).toEqual(['A', 'B']);
      expect(log.splice(0)).toEqual(['enter a', 'enter broken', bodyError, 'enter b', 'exit b', 'exit a']);
      const error = await errorOf(() =>
        run(function* () {
          yield* enter(logged(log, 'a'));
          yield* enter(broken());
          log.push('never');
        }),
      );
      expect(error).toBe(bodyError);
      expect(log).toEqual(['enter a', 'enter broken', ['a', bodyError]]);
    });

    it('can be left early, from loops and try blocks', async () => {
      const log: unknown[] = [];
      const found = await run(function* () {
        try {
          for (const name of ['a', 'b', 'c']) {
            const value = yield* enter(logged(log, name));
            if (name === 'b') return value;
          }
        } finally {
          log.push('finally');
        }
        return 'none';
      });
      expect(found).toBe('B');
      expect(log).toEqual(['enter a', 'enter b', 'finally', 'exit b', 'exit a']);
    });

    it.each([
      ['a return', () => 'result', { value: 'result' }, 'exit late'],
      ['a throw', fail(bodyError), { error: bodyError }, ['late', bodyError]],
    ])('enters in a finally after %s', async (_what, end, outcome, last) => {
      const log: unknown[] = [];
      const ended = await outcomeOf(() =>
        run(function* () {
          try {
            return end();
          } finally {
            log.push(yield* enter(logged(log, 'late')));
          }
        }),
      );
      expect(ended).toEqual(outcome);
      expect(log).toEqual(['enter late', 'LATE', last]);
    });

    const refusal = `Cannot run: a function in ${name}() may yield only yield* enter(manager), but 1 was given. Return the value instead.`;

    it('refuses a plain yield with an error at that yield, which the managers see', async () => {
      const log: unknown[] = [];
      const error = await errorOf(() =>
        run(function* () {
          yield* enter(logged(log, 'a'));
          yield 1;
          log.push('never');
        }),
      );
      expect(error).toBeInstanceOf(TypeError);
      expect(error).toHaveProperty('message', refusal);
      expect(log).toEqual(['enter a', ['a', error]]);
    });

    it('continues if the error of a plain yield is caught', async () => {
      const log: unknown[] = [];
      const result = await run(function* () {
        try {
          yield 1;
        } catch (error) {
          log.push((error as Error).message);
        }
        return yield* enter(logged(log, 'a'));
      });
      expect(result).toBe('A');
      expect(log).toEqual([refusal, 'enter a', 'exit a']);
    });

    it.each<[string, (log: unknown[]) => Scoped, unknown]>([
      ['returns', () => (function* () {})(), []],
      [
        'enters a manager',
        (log) =>
          (function* () {
            yield* enter(logged(log, 'late'));
          })(),
        ['enter late', ['late', refusal]],
      ],
      [
        'yields once more',
        () =>
          (function* () {
            yield 3;
          })(),
        [],
      ],
    ])('closes a function that yields again, which then %s', async (_what, closing, expected) => {
      const log: unknown[] = [];
      const error = await errorOf(() =>
        run(function* () {
          try {
            try {
              yield 1;
            } catch {
              yield 2;
            }
            log.push('never');
          } finally {
            yield* closing(log);
          }
        }),
      );
      expect(error).toHaveProperty('message', refusal);
      expect(log.map((entry) => (Array.isArray(entry) ? [entry[0], String(entry[1].message)] : entry))).toEqual(
        expected,
      );
    });

    it('keeps the error of closing a function that yields again', async () => {
      const exitError = new Error('exit');
      const error = await errorOf(() =>
        run(function* () {
          try {
            yield 1;
          } catch {
            yield 2;
          } finally {
            throw exitError;
          }
        }),
      );
      expect(error).toBe(exitError);
      expect(reachableFrom(error).map((kept) => (kept as Error).message)).toContain(refusal);
    });

    it('refuses an enter without its star with an error at that yield', async () => {
      const log: unknown[] = [];
      const manager = logged(log, 'a');
      const mended = await run(function* () {
        try {
          yield enter(manager);
        } catch (error) {
          log.push((error as Error).message);
        }
        return yield* enter(manager);
      });
      expect(mended).toBe('A');
      expect(log).toEqual([expect.stringContaining('Write yield* enter(manager).'), 'enter a', 'exit a']);
      const error = await errorOf(() =>
        run(function* () {
          yield enter(manager);
        }),
      );
      expect(error).toBeInstanceOf(TypeError);
    });

    it("tells the managers about an argument that can't be entered", async () => {
      const log: unknown[] = [];
      const error = await errorOf(() =>
        run(function* () {
          yield* enter(logged(log, 'a'));
          yield* enter(undefined);
        }),
      );
      expect(error).toBeInstanceOf(TypeError);
      expect(error).toHaveProperty('message', expect.stringContaining('but undefined was given'));
      expect(log).toEqual(['enter a', ['a', error]]);
    });

    it.each<[string, () => Scoped, string]>([
      ['does not yield', function* () {}, 'ERR_DID_NOT_YIELD'],
      [
        'yields again',
        function* () {
          yield;
          yield;
        },
        'ERR_DID_NOT_STOP',
      ],
    ])('throws the error of a manager that %s', async (_what, broken, code) => {
      const log: unknown[] = [];
      const error = await errorOf(() =>
        run(function* () {
          yield* enter(logged(log, 'a'));
          yield* enter(contextManager(broken)());
        }),
      );
      expect(error).toMatchObject({ code });
      expect(log).toEqual(['enter a', ['a', error]]);
    });

    it('passes its arguments on', async () => {
      const add =
        name === 'scopeSync'
          ? function* (...args: number[]) {
              return args;
            }
          : async function* (...args: number[]) {
              return args;
            };
      expect(await scope(add, 1, 2)).toEqual([1, 2]);
    });

    it('runs the function anew each time, without arguments', async () => {
      const log: unknown[] = [];
      function* twice(...args: unknown[]) {
        return yield* enter(logged(log, String(args.length)));
      }
      await run(twice);
      await run(twice);
      expect(log).toEqual(['enter 0', 'exit 0', 'enter 0', 'exit 0']);
    });

    it.each<[string, unknown, string]>([
      ['nothing', undefined, 'undefined was given. Write'],
      ['null', null, 'null was given. Write'],
      ['an object', {}, 'an object (Object) was given. Write'],
      ['a manager', suppress(), 'was given. Write'],
      [
        'an object that claims to be a function',
        { [Symbol.toStringTag]: 'Function' },
        'an object (Object) was given. Write',
      ],
      ['a generator', (function* named() {})(), 'an object (Generator) was given. Write'],
      ['an async generator', (async function* named() {})(), 'an object (AsyncGenerator) was given. Write'],
      ['an async function', async function named() {}, 'function named() was given. Is its star missing?'],
      ['a manager function', suppress, 'was given. Did you mean withAsync()?'],
      ['a function that returns nothing', () => undefined, 'undefined was given. Write'],
      ['a function that rejects', () => Promise.reject(bodyError), 'an object (Promise) was given. Write'],
      ["an iterable's function", () => [enter(suppress())], 'an object (Array) was given. Write'],
    ])('refuses %s', async (_what, given, message) => {
      const error = await errorOf(() => scope(given));
      expect(error).toBeInstanceOf(TypeError);
      const syntax = name === 'scopeSync' ? 'function*' : 'async function*';
      expect(error).toHaveProperty('message', expect.stringContaining(`Cannot run: ${name}() takes ${syntax}, but `));
      expect(error).toHaveProperty('message', expect.stringContaining(message));
    });

    it('throws what the function throws on the call', async () => {
      expect(await errorOf(() => scope(fail(bodyError)))).toBe(bodyError);
    });
  });

  it("scopeAsync awaits the end of a generator that isn't native", async () => {
    const made = {
      next: async () =>
        Promise.resolve({
          done: true,
          value: {
            then: (resolve: (value: unknown) => void) => {
              resolve('result');
            },
          },
        }),
      throw: fail(bodyError),
      [Symbol.asyncIterator]: () => made,
    };
    expect(await scopeAsync((() => made) as never)).toBe('result');
  });

  describe('scopeSync', () => {
    const run = scopeSync as unknown as (fn: () => Scoped) => unknown;

    it('runs a bound function with its this', () => {
      const self = { name: 'self' };
      function* fn(this: typeof self) {
        return this.name;
      }
      expect(scopeSync(fn.bind(self))).toBe('self');
    });

    it('takes a generator function that was compiled to a plain one', () => {
      const compiled = { next: () => ({ done: true, value: 'result' }), throw: fail, return: fail };
      expect(scopeSync((() => compiled) as never)).toBe('result');
    });

    it('refuses async input at the enter', async () => {
      const log: unknown[] = [];
      const connection = asyncContextManager(async function* connection() {
        yield log.push('never');
      });
      const error = await errorOf(() =>
        run(function* () {
          yield* enter(logged(log, 'a'));
          yield* enter(connection());
        }),
      );
      expect(error).toBeInstanceOf(TypeError);
      expect(log).toEqual(['enter a', ['a', error]]);
    });

    it.each<[string, () => unknown]>([
      ['a promise', async () => Promise.resolve(1)],
      ['a promise that rejects', async () => Promise.reject(new Error('unseen'))],
      ['a thenable', () => ({ then() {} })],
    ])('exits with a TypeError if the function returns %s, which no manager can suppress', async (_what, give) => {
      const log: unknown[] = [];
      const error = await errorOf(() =>
        run(function* () {
          yield* enter(logged(log, 'a'));
          yield* enter(logged(log, 'b', { failing: () => 'fallback' }));
          return give();
        }),
      );
      expect(error).toBeInstanceOf(TypeError);
      expect(error).toHaveProperty('message', expect.stringContaining('Did you mean scopeAsync()?'));
      expect(log).toEqual(['enter a', 'enter b', ['b', error], 'exit a']);
    });

    it('keeps that TypeError if an exit fails', async () => {
      const failed = new Error('exit');
      const error = await errorOf(() =>
        run(function* () {
          yield* enter(logged([], 'a', { failing: fail(failed) }));
          return Promise.resolve();
        }),
      );
      expect(error).toBe(failed);
      expect(failed.cause).toBeInstanceOf(TypeError);
    });

    it('names the other form for an async generator function', () => {
      expect(() => scopeSync(async function* () {} as never)).toThrow('Did you mean scopeAsync()?');
    });

    it("is done when it returns: inside another scope, and in a manager's generator", () => {
      const log: unknown[] = [];
      const inner = () =>
        scopeSync(function* () {
          return yield* library.enter(logged(log, 'inner'));
        });
      const outer = contextManager(function* outer() {
        yield inner();
      });
      scopeSync(function* () {
        yield* library.enter(logged(log, 'outer'));
        log.push(inner());
        log.push(withSync(outer(), (value) => value));
      });
      const expected = ['enter inner', 'exit inner', 'INNER'];
      expect(log).toEqual(['enter outer', ...expected, ...expected, 'exit outer']);
    });
  });

  describe('scopeAsync', () => {
    const connection = asyncContextManager(async function* connection(log: unknown[]) {
      await Promise.resolve();
      log.push('connect');
      yield log;
      await Promise.resolve();
      log.push('disconnect');
    });

    it('runs a bound function with its this', async () => {
      const self = { name: 'self' };
      async function* fn(this: typeof self) {
        return this.name;
      }
      expect(await scopeAsync(fn.bind(self))).toBe('self');
    });

    it('enters whatever withAsync takes, with awaits in between', async () => {
      const log: unknown[] = [];
      const result = await scopeAsync(async function* () {
        const own = yield* library.enter(connection(log));
        await Promise.resolve();
        yield* library.enter(logged(log, 'a'));
        yield* library.enter({ [Symbol.asyncDispose]: async () => void log.push('disposed') });
        yield* library.enter({ [Symbol.dispose]: () => log.push('disposed first') });
        return own === log;
      });
      expect(result).toBe(true);
      expect(log).toEqual(['connect', 'enter a', 'disposed first', 'disposed', 'exit a', 'disconnect']);
    });

    it('waits for a promise that the function returns before it exits', async () => {
      const log: unknown[] = [];
      const later = async () => {
        await Promise.resolve();
        log.push('work');
        return 'result';
      };
      const result = scopeAsync(async function* () {
        yield* library.enter(connection(log));
        return later();
      });
      expect(await result).toBe('result');
      expect(log).toEqual(['connect', 'work', 'disconnect']);
    });

    it('throws the error of a yielded or awaited promise right there', async () => {
      const log: unknown[] = [];
      for (const wait of [
        async function* () {
          yield Promise.reject(bodyError) as never;
        },
        async function* () {
          yield* library.enter(connection(log));
          await Promise.reject(bodyError);
        },
      ])
        expect(await errorOf(() => scopeAsync(wait))).toBe(bodyError);
      expect(log).toEqual(['connect']);
    });

    it('rejects for wrong input, and never throws', async () => {
      const promise = scopeAsync(undefined as never);
      await expect(promise).rejects.toThrow(TypeError);
    });

    it('names the other form for a generator function', async () => {
      await expect(scopeAsync(function* () {} as never)).rejects.toThrow('Did you mean scopeSync()?');
    });

    it('runs many times concurrently', async () => {
      const logs: unknown[][] = [[], [], []];
      const results = logs.map(async (log, index) =>
        scopeAsync(async function* () {
          yield* library.enter(connection(log));
          return index;
        }),
      );
      expect(await Promise.all(results)).toEqual([0, 1, 2]);
      expect(logs).toEqual(Array(3).fill(['connect', 'disconnect']));
    });

    it('is done when it settles: inside another scope, and in a body', async () => {
      const log: unknown[] = [];
      const inner = async () =>
        scopeAsync(async function* () {
          return yield* library.enter(logged(log, 'inner'));
        });
      await scopeAsync(async function* () {
        yield* library.enter(connection(log));
        log.push(await inner());
        log.push(await withAsync(connection(log), inner));
      });
      const expected = ['enter inner', 'exit inner'];
      expect(log).toEqual([
        'connect',
        ...[...expected, 'INNER'],
        ...['connect', ...expected, 'disconnect', 'INNER'],
        'disconnect',
      ]);
    });
  });

  it('refuses a function with only the prototype of a generator function', async () => {
    const like = (given: () => unknown, kind: unknown) => Object.setPrototypeOf(given, kind as object) as never;
    const [asyncKind, syncKind] = [async function* () {}, function* () {}].map((one) => Object.getPrototypeOf(one));
    const refused = { name: 'TypeError', message: expect.stringContaining('a function that returned an object') };
    const lost = like(() => Promise.reject(bodyError), asyncKind);
    expect(await errorOf(() => scopeAsync(lost))).toMatchObject(refused);
    expect(await errorOf(() => scopeAsync(like(function* () {}.bind(undefined), asyncKind)))).toMatchObject(refused);
    expect(await errorOf(() => scopeSync(like(async function* () {}.bind(undefined), syncKind)))).toMatchObject(
      refused,
    );
  });
});
