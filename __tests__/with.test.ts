import { describe, expect, it, jest } from '@jest/globals';
import { builds, copies, type Library } from './helpers/builds.ts';
import { errorOf, outcomeOf } from './helpers/outcome.ts';

const bodyError = new Error('body');
const exitError = new Error('exit');
const throwsBody = () => {
  throw bodyError;
};

/** The two drivers, for tests that are the same for both. */
const driversOf = ({ withAsync, withSync }: Library) => {
  type Run = (manager: unknown, body?: unknown) => unknown;
  return [
    ['withAsync', withAsync as Run],
    ['withSync', withSync as Run],
  ] as const;
};

describe.each(builds)('%s', (_build, library) => {
  const { asyncContextManager, contextManager, withAsync, withSync } = library;

  describe.each(driversOf(library))('%s', (name, run) => {
    const manager = (exit: (thrown?: { error: unknown }) => unknown) => ({ enter: () => 'value', exit });

    it('enters, runs the body with the value, exits with undefined, and returns the result', async () => {
      const events: unknown[] = [];
      const result = await run(
        {
          enter(...args: unknown[]) {
            events.push(['enter', this === undefined, ...args]);
            return 'value';
          },
          exit(...args: unknown[]) {
            events.push(['exit', ...args]);
          },
        },
        (value: unknown) => {
          events.push(['body', value]);
          return 'result';
        },
      );
      expect(result).toBe('result');
      expect(events).toEqual([['enter', false], ['body', 'value'], ['exit']]);
    });

    it('passes the error to the exit in a box, and rethrows the same error', async () => {
      const exit = jest.fn<(thrown?: { error: unknown }) => void>();
      expect(await errorOf(() => run(manager(exit), throwsBody))).toBe(bodyError);
      expect(exit.mock.calls).toEqual([[{ error: bodyError }]]);
    });

    it.each([
      [true, undefined],
      [{ value: 'fallback' }, 'fallback'],
      [{ value: undefined }, undefined],
    ])('suppresses the error for the answer %p', async (answer, expected) => {
      expect(
        await outcomeOf(() =>
          run(
            manager(() => answer),
            throwsBody,
          ),
        ),
      ).toStrictEqual({ value: expected });
    });

    it.each([[undefined], [false], [null], [1], ['true'], [{}], [[true]], [Symbol('true')]])(
      "doesn't suppress the error for the answer %p",
      async (answer) => {
        expect(
          await errorOf(() =>
            run(
              manager(() => answer),
              throwsBody,
            ),
          ),
        ).toBe(bodyError);
      },
    );

    it('keeps the result if nothing was thrown, whatever the answer', async () => {
      expect(
        await run(
          manager(() => true),
          () => 'result',
        ),
      ).toBe('result');
      expect(
        await run(
          manager(() => ({ value: 'fallback' })),
          () => 'result',
        ),
      ).toBe('result');
    });

    it('throws what entering throws, and exits nothing', async () => {
      const exit = jest.fn();
      const failing = { enter: throwsBody, exit };
      expect(await errorOf(() => run(failing, () => 'never'))).toBe(bodyError);
      expect(exit).not.toHaveBeenCalled();
    });

    it("throws what exiting throws, once, and keeps the body's error", async () => {
      const fail = jest.fn(() => {
        throw exitError;
      });
      expect(await errorOf(() => run(manager(fail), () => 'result'))).toBe(exitError);
      expect(fail).toHaveBeenCalledTimes(1);
      const replacing = new Error('replacing');
      const error = await errorOf(() =>
        run(
          manager(() => {
            throw replacing;
          }),
          throwsBody,
        ),
      );
      expect(error).toBe(replacing);
      expect(replacing.cause).toBe(bodyError);
    });

    it("keeps the body's error if the answer can't be read", async () => {
      const answer = {
        get value() {
          throw new Error('hostile');
        },
      };
      expect(
        await errorOf(() =>
          run(
            manager(() => answer),
            throwsBody,
          ),
        ),
      ).toHaveProperty('cause', bodyError);
    });

    it('disposes of a disposable, which is its own value', async () => {
      const disposed: unknown[] = [];
      const resource = {
        [Symbol.dispose](...args: unknown[]) {
          disposed.push(this, args);
        },
      };
      expect(await run(resource, (value: unknown) => value === resource)).toBe(true);
      expect(disposed).toEqual([resource, []]);
    });

    it('keeps both errors of a disposable as `using` does', async () => {
      const resource = {
        [Symbol.dispose]() {
          throw exitError;
        },
      };
      expect(await errorOf(() => run(resource, throwsBody))).toMatchObject({
        name: 'SuppressedError',
        error: exitError,
        suppressed: bodyError,
      });
      expect(exitError).not.toHaveProperty('cause');
      expect(await errorOf(() => run(resource, () => 'result'))).toBe(exitError);
      const same = {
        [Symbol.dispose]: throwsBody,
      };
      expect(await errorOf(() => run(same, throwsBody))).toMatchObject({ error: bodyError, suppressed: bodyError });
    });

    it("doesn't treat what a disposal returns as an answer", async () => {
      expect(await errorOf(() => run({ [Symbol.dispose]: () => true }, throwsBody))).toBe(bodyError);
    });

    it("prefers a manager's methods to disposal", async () => {
      const dispose = jest.fn();
      expect(
        await run({ enter: () => 'entered', exit() {}, [Symbol.dispose]: dispose }, (value: unknown) => value),
      ).toBe('entered');
      expect(dispose).not.toHaveBeenCalled();
    });

    it('takes a function that has the protocol', async () => {
      const callable = Object.assign(() => undefined, { enter: () => 'entered', exit() {} });
      expect(await run(callable, (value: unknown) => value)).toBe('entered');
    });

    const made = contextManager(function* transaction() {
      yield;
    });
    const generator = (function* transaction() {
      yield;
    })();

    it.each<[string, unknown, RegExp]>([
      ['nothing', undefined, /, but undefined was given\. /],
      ['null', null, /, but null was given\. /],
      ['text', 'transaction', /, but "transaction" was given\. /],
      ['a plain object', {}, /, but an object \(Object\) was given\. Did you mean closing\(\) or all\(\)\?/],
      ['an object without a prototype', Object.create(null), /, but an object \(Object\) was given\. /],
      ['a manager function', made, /, but function transaction\(\) was given\. Did you forget to call it\?/],
      ['a function without a name', () => undefined, /Did you forget to call it\?/],
      ['an async function', async function open() {}, /function open\(\) was given\. Did you forget to call it\?/],
      [
        "half a manager whose entry isn't a function",
        { enterAsync: 1, async exitAsync() {} },
        /It has only exitAsync\(\)\./,
      ],
      [
        'something hostile',
        {
          get constructor() {
            throw new Error('hostile');
          },
        },
        /, but unreadable was given\./,
      ],
      [
        'a promise of a manager',
        Promise.resolve(made()),
        /, but an object \(Promise\) was given\. Did you forget await\?/,
      ],
      ['a generator', generator, /, but an object \(.*Generator.*\) was given\. Did you mean aclosing\(\)\?/],
      [
        'an async generator',
        (async function* rows() {
          yield;
        })(),
        /Did you mean aclosing\(\)\?/,
      ],
      [
        'a generator made disposable',
        Object.assign(
          (function* rows() {
            yield;
          })(),
          { [Symbol.dispose]() {}, [Symbol.asyncDispose]: async () => {} },
        ),
        /Did you mean aclosing/,
      ],
      [
        'a generator made a manager',
        Object.assign(
          (function* rows() {
            yield;
          })(),
          { enter() {}, exit() {} },
        ),
        /Did you mean aclosing/,
      ],
      ['a manager without an exit', { enter() {} }, /It has only enter\(\)\./],
      ['a manager without an entry', { exit() {} }, /It has only exit\(\)\./],
      ['an async manager without an exit', { async enterAsync() {} }, /It has only enterAsync\(\)\./],
      ['an async manager without an entry', { async exitAsync() {} }, /It has only exitAsync\(\)\./],
      ["something whose disposal isn't a function", { [Symbol.dispose]: true }, /Did you mean closing/],
    ])('refuses %s', async (_what, given, message) => {
      const body = jest.fn();
      const error = await errorOf(() => run(given, body));
      expect(error).toBeInstanceOf(TypeError);
      expect((error as Error).message).toMatch(message);
      expect((error as Error).message).toContain(`Cannot enter: ${name}() takes a manager or a disposable, but `);
      expect(body).not.toHaveBeenCalled();
    });

    it.each([[undefined], ['text'], [{}]])('refuses the body %p before it enters anything', async (body) => {
      const enter = jest.fn();
      const error = await errorOf(() => run({ enter, exit() {} }, body));
      expect(error).toBeInstanceOf(TypeError);
      expect((error as Error).message).toContain(`Cannot enter: ${name}() takes a body, but `);
      expect(enter).not.toHaveBeenCalled();
    });
  });

  it('enters with the methods that it checked, read once', () => {
    let reads = 0;
    const changing = {
      get enter() {
        reads += 1;
        return reads > 2 ? undefined : () => 'entered';
      },
      exit() {},
    };
    expect(withSync(changing as never, (value: unknown) => value)).toBe('entered');
  });

  describe('withAsync', () => {
    it('rejects wrong input', async () => {
      const promise = withAsync(undefined as never, () => undefined);
      await expect(promise).rejects.toBeInstanceOf(TypeError);
    });

    it('prefers the async protocol to the sync one, and that to disposal', async () => {
      const both = {
        enterAsync: async () => Promise.resolve('async'),
        async exitAsync() {},
        enter: () => 'sync',
        exit() {},
        async [Symbol.asyncDispose]() {},
      };
      expect(await withAsync(both, (value) => value)).toBe('async');
      expect(
        await withAsync({ enter: () => 'sync', exit() {}, async [Symbol.asyncDispose]() {} }, (value) => value),
      ).toBe('sync');
      expect(await withAsync({ enterAsync: both.enterAsync, enter: () => 'sync', exit() {} }, (value) => value)).toBe(
        'sync',
      );
    });

    it('prefers Symbol.asyncDispose, awaited, to Symbol.dispose, not awaited', async () => {
      const events: string[] = [];
      const slow = (name: string) => async () => {
        await new Promise(setImmediate);
        events.push(name);
      };
      await withAsync({ [Symbol.dispose]: slow('sync'), [Symbol.asyncDispose]: slow('async') }, () => undefined);
      expect(events).toEqual(['async']);
      await withAsync({ [Symbol.dispose]: slow('sync') }, () => undefined);
      events.push('after');
      await new Promise(setImmediate);
      expect(events).toEqual(['async', 'after', 'sync']);
    });

    it('keeps both errors of an async disposable as `await using` does', async () => {
      const resource = { [Symbol.asyncDispose]: async () => Promise.reject(exitError) };
      const error = await errorOf(() => withAsync(resource, throwsBody));
      expect(error).toMatchObject({ name: 'SuppressedError', error: exitError, suppressed: bodyError });
    });

    it('awaits the promise that a sync exit returns, and uses its answer', async () => {
      const events: string[] = [];
      const manager = {
        enter: () => 'value',
        async exit() {
          await new Promise(setImmediate);
          events.push('exited');
          return true;
        },
      };
      await withAsync(manager, throwsBody);
      await withAsync(manager, () => 'result');
      expect(events).toEqual(['exited', 'exited']);
    });

    it('passes the promise that a generator yields to the body as it is', async () => {
      const promise = Promise.resolve('unwrapped');
      const given = contextManager(function* given() {
        yield promise;
      });
      await withAsync(given(), (value) => {
        expect(value).toBe(promise);
      });
    });

    it("doesn't wait for a thenable disposable", async () => {
      const then = jest.fn();
      await withAsync({ then, [Symbol.dispose]() {} }, () => undefined);
      expect(then).not.toHaveBeenCalled();
    });

    it("waits for the body's promise, rejected or not, before it exits", async () => {
      const events: string[] = [];
      const manager = {
        async enterAsync() {},
        async exitAsync(thrown?: { error: unknown }) {
          await Promise.resolve();
          events.push(thrown ? 'rolled back' : 'committed');
        },
      };
      const rejecting = async () => {
        await Promise.resolve();
        events.push('body');
        throw bodyError;
      };

      await expect(withAsync(manager, () => rejecting())).rejects.toBe(bodyError);
      expect(events).toEqual(['body', 'rolled back']);
    });

    it('enters a manager of another copy of the package many times at once', async () => {
      for (const [, other] of copies) {
        const shared = other.asyncContextManager(async function* shared() {
          yield 'value';
        })();
        expect(await withAsync(shared, () => withAsync(shared, (value) => value))).toBe('value');
      }
    });

    it('names an unnamed manager, and suggests a name', async () => {
      const unnamed = asyncContextManager(async function* () {});
      await expect(withAsync(unnamed(), () => undefined)).rejects.toThrow(
        'Cannot enter an unnamed manager (name its function; keep names when minifying): it must yield once, but it did not. Always yield.',
      );
    });
  });

  describe('withSync', () => {
    const thenable = { then: jest.fn() };

    it.each([
      [
        'an async manager',
        asyncContextManager(async function* transaction() {
          yield;
        })(),
      ],
      ['an async manager written as a class', { async enterAsync() {}, async exitAsync() {} }],
      ['an async disposable', { async [Symbol.asyncDispose]() {} }],
    ])('refuses %s', (_what, given) => {
      expect(() => withSync(given as never, () => undefined)).toThrow('Did you mean withAsync()?');
    });

    it('exits with the method that it checked before it entered', () => {
      const exit = jest.fn();
      const manager: { enter(): void; exit?: () => void } = { enter() {}, exit };
      withSync(manager as never, () => void delete manager.exit);
      expect(exit).toHaveBeenCalledTimes(1);
    });

    it('prefers the sync protocol', () => {
      const both = {
        enterAsync: async () => Promise.resolve('async'),
        async exitAsync() {},
        enter: () => 'sync',
        exit() {},
      };
      expect(withSync(both, (value) => value)).toBe('sync');
    });

    it.each<[string, () => unknown]>([
      ['a promise', async () => Promise.reject(new Error('unseen'))],
      ['a thenable', () => thenable],
    ])('exits with the TypeError if the body returns %s', (_what, body) => {
      const exit = jest.fn<(thrown?: { error: unknown }) => boolean>(() => false);
      let caught: unknown;
      try {
        withSync({ enter() {}, exit }, body as never);
      } catch (error) {
        caught = error;
      }
      expect(caught).toBeInstanceOf(TypeError);
      expect((caught as Error).message).toMatch(
        /withSync\(\) takes a synchronous body, but it returned an object .*\. Did you mean withAsync\(\)\?/,
      );
      expect(exit.mock.calls).toEqual([[{ error: caught }]]);
      expect(thenable.then).not.toHaveBeenCalled();
    });

    it.each([
      ['an aclosing, though it can be iterated', library.aclosing([1])],
      ['a function, though it has next() and throw()', Object.assign(() => 1, { next() {}, throw() {} })],
    ])('passes on %s', (_what, result) => {
      expect(withSync({ enter() {}, exit() {} }, () => result as unknown)).toBe(result);
    });

    it('throws that TypeError even if the manager suppresses, and keeps it if the exit fails', async () => {
      const body = (() => Promise.resolve()) as never;
      expect(await errorOf(() => withSync({ enter() {}, exit: () => true }, body))).toBeInstanceOf(TypeError);
      const failing = {
        enter() {},
        exit() {
          throw new Error('exit failed');
        },
      };
      expect(await errorOf(() => withSync(failing, body))).toHaveProperty('cause', expect.any(TypeError));
    });

    it("keeps the error of a body whose result can't be read", async () => {
      const exit = jest.fn();
      const result = Object.defineProperty({}, 'then', { get: throwsBody });
      expect(await errorOf(() => withSync({ enter() {}, exit } as never, () => result))).toBe(bodyError);
      expect(exit).toHaveBeenCalledWith({ error: bodyError });
    });

    it.each([
      ['returned', () => 'result', undefined],
      ['threw', throwsBody, bodyError],
    ])("doesn't treat a promise from an exit as an answer if the body %s", async (_how, body, cause) => {
      const exit = async () => Promise.reject(new Error('unseen'));
      const error = await errorOf(() => withSync({ enter() {}, exit } as never, body));
      expect(error).toBeInstanceOf(TypeError);
      expect((error as Error).message).toContain('Did you mean withAsync(), or exitAsync()?');
      expect((error as Error).cause).toBe(cause);
    });
  });
});
