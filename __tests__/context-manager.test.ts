import { inspect } from 'node:util';
import { describe, expect, it, jest } from '@jest/globals';
import { builds } from './helpers/builds.ts';
import { collectGarbage } from './helpers/garbage.ts';
import { errorOf, outcomeOf, reachableFrom, type Outcome } from './helpers/outcome.ts';
import { asyncLocalStorage } from './helpers/storage.ts';
import { again, twinsOf, type Script } from './helpers/twins.ts';

const result = 'result';
const bodyError = new Error('body');
const teardownError = new Error('teardown');
const closingError = new Error('closing');

interface Row {
  readonly row: string;
  readonly script: Script;
  readonly body?: () => unknown;
  readonly expected: Outcome | { readonly code: string; readonly keeps: readonly unknown[] };
}

const returns = () => result;
const throws = () => {
  throw bodyError;
};
const rethrow = (thrown: { error: unknown } | undefined) => {
  if (thrown) throw thrown.error;
};
const fail = () => {
  throw new Error('teardown', { cause: 'its own' });
};

const table: readonly Row[] = [
  {
    row: 'body returns r,  generator finishes            → r',
    script: {},
    body: returns,
    expected: { value: result },
  },
  {
    row: 'body returns r,  generator returns v           → r',
    script: { teardown: () => 'ignored' },
    body: returns,
    expected: { value: result },
  },
  {
    row: 'body returns r,  generator throws E2           → E2',
    script: { teardown: () => rethrow({ error: teardownError }) },
    body: returns,
    expected: { error: teardownError },
  },
  {
    row: 'body throws E1,  generator throws E1           → E1',
    script: { teardown: rethrow },
    body: throws,
    expected: { error: bodyError },
  },
  {
    row: 'body throws E1,  generator finishes with v     → v',
    script: { teardown: () => 'fallback' },
    body: throws,
    expected: { value: 'fallback' },
  },
  {
    row: 'body throws E1,  generator falls off the end   → undefined',
    script: { teardown: () => undefined },
    body: throws,
    expected: { value: undefined },
  },
  {
    row: 'body returns r,  generator yields again        → ERR_DID_NOT_STOP',
    script: { teardown: () => again },
    body: returns,
    expected: { code: 'ERR_DID_NOT_STOP', keeps: [] },
  },
  {
    row: 'body throws E1,  generator yields again        → ERR_DID_NOT_STOP, keeps E1',
    script: { teardown: () => again },
    body: throws,
    expected: { code: 'ERR_DID_NOT_STOP', keeps: [bodyError] },
  },
  {
    row: 'body returns r,  yields again, closing throws  → ERR_DID_NOT_STOP, keeps E2',
    script: { teardown: () => again, closing: () => rethrow({ error: closingError }) },
    body: returns,
    expected: { code: 'ERR_DID_NOT_STOP', keeps: [closingError] },
  },
  {
    row: 'body throws E1,  yields again, closing throws  → ERR_DID_NOT_STOP, keeps E1 and E2',
    script: { teardown: () => again, closing: () => rethrow({ error: closingError }) },
    body: throws,
    expected: { code: 'ERR_DID_NOT_STOP', keeps: [bodyError, closingError] },
  },
  {
    row: 'body throws E1,  yields again, closing yields  → ERR_DID_NOT_STOP, keeps E1',
    script: { teardown: () => again, closing: () => again },
    body: throws,
    expected: { code: 'ERR_DID_NOT_STOP', keeps: [bodyError] },
  },
  {
    row: 'generator finishes before its yield            → ERR_DID_NOT_YIELD',
    script: { setup: () => 'no yield' },
    expected: { code: 'ERR_DID_NOT_YIELD', keeps: [] },
  },
  {
    row: 'generator throws E before its yield            → E',
    script: { setup: () => rethrow({ error: teardownError }) },
    expected: { error: teardownError },
  },
];

const falsy = [undefined, null, false, 0, -0, 0n, '', NaN];

describe.each(builds)('%s', (_build, library) => {
  const { ContextManagerError } = library;

  describe.each(twinsOf(library).map((twin) => [twin.name, twin] as const))('%s: the outcome table', (_name, twin) => {
    it.each(table)('$row', async ({ script, body = neverRun, expected }) => {
      const outcome = await outcomeOf(() => twin.run(twin.manager(script), body));
      if (!('code' in expected)) {
        expect(outcome).toStrictEqual(expected);
        return;
      }
      const { error } = outcome as { error: Error & { code: string } };
      expect(error).toBeInstanceOf(ContextManagerError);
      expect(error.code).toBe(expected.code);
      for (const kept of expected.keeps) expect(reachableFrom(error)).toContain(kept);
    });

    it('body throws E1,  generator throws E2             → E2, keeps E1', async () => {
      const replacing = new Error('replacing');
      const error = await errorOf(() =>
        twin.run(twin.manager({ teardown: () => rethrow({ error: replacing }) }), throws),
      );
      expect(error).toBe(replacing);
      expect(replacing.cause).toBe(bodyError);
    });

    it('body throws E1,  generator throws E2 caused by E1 → E2 as it is', async () => {
      const translated = new Error('translated', { cause: new Error('between', { cause: bodyError }) });
      const error = await errorOf(() =>
        twin.run(twin.manager({ teardown: () => rethrow({ error: translated }) }), throws),
      );
      expect(error).toBe(translated);
      expect(bodyError).not.toHaveProperty('cause');
    });

    it.each(falsy)('throws %p: the generator sees it, the block throws it', async (thrown) => {
      const seen: unknown[] = [];
      const teardown: Script['teardown'] = (box) => {
        seen.push(box);
        rethrow(box);
      };
      const outcome = await outcomeOf(() => twin.run(twin.manager({ teardown }), () => rethrow({ error: thrown })));
      expect(outcome).toStrictEqual({ error: thrown });
      expect(seen).toStrictEqual([{ error: thrown }]);
    });

    it.each(falsy)('throws %p: it can be suppressed, and replaced', async (thrown) => {
      const body = () => rethrow({ error: thrown });
      expect(await outcomeOf(() => twin.run(twin.manager({ teardown: () => 'fallback' }), body))).toEqual({
        value: 'fallback',
      });
      const replaced = await errorOf(() =>
        twin.run(twin.manager({ teardown: () => rethrow({ error: new Error('new') }) }), body),
      );
      expect(replaced).toHaveProperty('cause', thrown);
    });

    it.each(falsy)('a generator that yields again after %p keeps it', async (thrown) => {
      const error = await errorOf(() =>
        twin.run(twin.manager({ teardown: () => again }), () => rethrow({ error: thrown })),
      );
      expect(error).toHaveProperty('cause', thrown);
      expect(error).toHaveProperty('code', 'ERR_DID_NOT_STOP');
    });

    it('leaves a passing error untouched', async () => {
      const passing = new Error('passing');
      const { stack } = passing;
      await outcomeOf(() => twin.run(twin.manager({ teardown: rethrow }), () => rethrow({ error: passing })));
      expect(passing.stack).toBe(stack);
      expect(Reflect.ownKeys(passing)).toEqual(Reflect.ownKeys(new Error('fresh')));
    });

    it('closes a generator that yields again exactly once', async () => {
      const closing = jest.fn(() => again);
      await errorOf(() => twin.run(twin.manager({ teardown: () => again, closing }), returns));
      expect(closing).toHaveBeenCalledTimes(1);
    });

    it('never throws a failing teardown back into the generator', async () => {
      const events: unknown[] = [];
      const teardown: Script['teardown'] = (thrown) => {
        events.push(thrown);
        fail();
      };
      await errorOf(() => twin.run(twin.manager({ teardown }), returns));
      expect(events).toEqual([undefined]);
    });

    it('can be entered many times, in turn and nested', async () => {
      const events: string[] = [];
      const manager = twin.manager({ setup: () => events.push('enter'), teardown: () => events.push('exit') });
      await twin.run(manager, () => 'first');
      await outcomeOf(() => twin.run(manager, () => runSync(() => twin.run(manager, () => 'inner'), twin.name)));
      expect(events).toEqual(['enter', 'exit', 'enter', 'enter', 'exit', 'exit']);
    });
  });

  describe.each(twinsOf(library).map((twin) => [twin.name, twin] as const))('%s: by hand', (_name, twin) => {
    const code = async (run: () => unknown) => ((await errorOf(run)) as { code?: string }).code;

    it('enters and exits, again and again', async () => {
      const manager = twin.manager({});
      for (let round = 0; round < 2; round++) {
        expect(await twin.enter(manager)).toBe('value');
        expect(await twin.exit(manager)).toBeUndefined();
      }
    });

    it("answers with the fallback, or with false for an error that it doesn't suppress", async () => {
      const suppressing = twin.manager({ teardown: () => 'fallback' });
      await twin.enter(suppressing);
      expect(await twin.exit(suppressing, { error: bodyError })).toEqual({ value: 'fallback' });
      const passing = twin.manager({ teardown: rethrow });
      await twin.enter(passing);
      expect(await twin.exit(passing, { error: bodyError })).toBe(false);
    });

    it('keeps both errors', async () => {
      const manager = twin.manager({ teardown: () => rethrow({ error: new Error('new') }) });
      await twin.enter(manager);
      expect(await errorOf(() => twin.exit(manager, { error: bodyError }))).toHaveProperty('cause', bodyError);
    });

    it('holds one entry at a time', async () => {
      const manager = twin.manager({});
      expect(await code(() => twin.exit(manager))).toBe('ERR_NOT_ENTERED');
      await twin.enter(manager);
      expect(await code(() => twin.enter(manager))).toBe('ERR_ALREADY_ENTERED');
      await twin.exit(manager);
      expect(await code(() => twin.exit(manager))).toBe('ERR_NOT_ENTERED');
    });

    it('can be entered again after a failed entry or a failed exit', async () => {
      const script: Script = { setup: () => 'no yield' };
      const manager = twin.manager(script);
      expect(await code(() => twin.enter(manager))).toBe('ERR_DID_NOT_YIELD');
      script.setup = () => rethrow({ error: bodyError });
      expect(await errorOf(() => twin.enter(manager))).toBe(bodyError);
      const failing = twin.manager({ teardown: () => again });
      await twin.enter(failing);
      expect(await code(() => twin.exit(failing))).toBe('ERR_DID_NOT_STOP');
      expect(await twin.enter(failing)).toBe('value');
    });

    it('keeps its runs apart from those of withAsync and withSync', async () => {
      const events: string[] = [];
      const manager = twin.manager({ setup: () => events.push('enter'), teardown: () => events.push('exit') });
      await twin.enter(manager);
      await twin.run(manager, () => events.push('body'));
      await twin.exit(manager);
      expect(events).toEqual(['enter', 'enter', 'body', 'exit', 'exit']);
    });

    it.each([[bodyError], [null], ['text'], [{}], [new library.SuppressedError(1, 2)]])(
      'refuses to exit with %p, and stays entered',
      async (notABox) => {
        const manager = twin.manager({});
        await twin.enter(manager);
        const error = await errorOf(() => twin.exit(manager, notABox as never));
        expect(error).toBeInstanceOf(TypeError);
        expect(await twin.exit(manager)).toBeUndefined();
      },
    );

    it('shows its name and state, but none of its arguments', async () => {
      const manager = twin.manager({ secret: 'postgres://u:secret@h/db' } as Script);
      const shown = () => [JSON.stringify(manager), inspect(manager)];
      expect(shown()).toEqual([
        '{"manager":"scripted","isEntered":false}',
        "{ manager: 'scripted', isEntered: false }",
      ]);
      await twin.enter(manager);
      for (const text of shown()) expect(text).toMatch(/"?isEntered"?: ?true/);
      for (const text of shown()) expect(text).not.toContain('secret');
      await twin.exit(manager);
      for (const text of shown()) expect(text).toMatch(/"?isEntered"?: ?false/);
    });

    it('works frozen', async () => {
      const manager = Object.freeze(twin.manager({}));
      expect(await twin.enter(manager)).toBe('value');
      await twin.exit(manager);
    });

    it('keeps nothing of the run after the exit', async () => {
      const manager = twin.manager({});
      const exitWithError = async () => {
        const error = new Error('body');
        await twin.enter(manager);
        await twin.exit(manager, { error });
        return new WeakRef(error);
      };
      const kept = await exitWithError();
      await new Promise(setImmediate);
      collectGarbage();
      expect(kept.deref()).toBeUndefined();
      expect(manager).toBeDefined();
    });
  });

  describe('asyncContextManager', () => {
    const { asyncContextManager, withAsync } = library;

    it('is busy from the call of enterAsync until exitAsync settles', async () => {
      const manager = twinsOf(library)[1]?.manager({}) as {
        enterAsync(): Promise<unknown>;
        exitAsync(): Promise<unknown>;
      };
      const entering = manager.enterAsync();
      await expect(manager.enterAsync()).rejects.toHaveProperty('code', 'ERR_ALREADY_ENTERED');
      await expect(manager.exitAsync()).rejects.toHaveProperty('code', 'ERR_NOT_ENTERED');
      await entering;
      const exiting = manager.exitAsync();
      await expect(manager.enterAsync()).rejects.toHaveProperty('code', 'ERR_ALREADY_ENTERED');
      await expect(manager.exitAsync()).rejects.toHaveProperty('code', 'ERR_NOT_ENTERED');
      await exiting;
    });

    it('can be entered concurrently', async () => {
      let count = 0;
      const counter = asyncContextManager(async function* counter() {
        count += 1;
        yield count;
        count -= 1;
      });
      const manager = counter();
      const bodies = [1, 2, 3].map(() => withAsync(manager, async (value) => Promise.resolve(value)));
      expect(count).toBe(3);
      expect((await Promise.all(bodies)).sort()).toEqual([1, 2, 3]);
      expect(count).toBe(0);
    });

    it('passes a rejected promise at the yield to the generator', async () => {
      const seen: unknown[] = [];
      const manager = asyncContextManager(async function* rejecting() {
        try {
          yield Promise.reject(bodyError);
        } catch (error) {
          seen.push(error);
          yield 'second chance';
        }
      });
      expect(await withAsync(manager(), (value) => value)).toBe('second chance');
      expect(seen).toEqual([bodyError]);
    });

    it('tears down only after the promise that the body returned settles', async () => {
      const events: string[] = [];
      const manager = asyncContextManager(async function* logged() {
        yield;
        events.push('exit');
      });
      await withAsync(
        manager(),
        () => new Promise<void>((resolve) => setTimeout(() => resolve(void events.push('body')))),
      );
      expect(events).toEqual(['body', 'exit']);
    });

    it('shows the body and the teardown what setup put in an AsyncLocalStorage before its first await', async () => {
      const storage = asyncLocalStorage<string>();
      const seen: unknown[] = [];
      const manager = asyncContextManager(async function* within() {
        seen.push(storage.getStore());
        yield;
        seen.push(storage.getStore());
      });
      await storage.run('request', () =>
        withAsync(manager(), async () => Promise.resolve(seen.push(storage.getStore()))),
      );
      expect(seen).toEqual(['request', 'request', 'request']);
    });
  });

  describe.each([
    [
      'asyncContextManager',
      library.asyncContextManager as Maker,
      async function* manager(this: unknown, first: number, second = 2) {
        yield [this, first, second];
      } as AnyFunction,
    ],
    [
      'contextManager',
      library.contextManager as Maker,
      function* manager(this: unknown, first: number, second = 2) {
        yield [this, first, second];
      } as AnyFunction,
    ],
  ] as const)('%s', (name, make, fn) => {
    const isAsync = name === 'asyncContextManager';
    const run = (manager: unknown, body: (value: unknown) => unknown) =>
      isAsync ? library.withAsync(manager as never, body) : library.withSync(manager as never, body);

    it('returns a function with its own name and length, and without a constructor', () => {
      const made = make(fn);
      expect(made.name).toBe('manager');
      expect(made).toHaveLength(1);
      expect(Object.getOwnPropertyDescriptor(made, 'name')).toEqual(Object.getOwnPropertyDescriptor(fn, 'name'));
      expect(() => Reflect.construct(made, [])).toThrow(TypeError);
    });

    it('passes `this` and the arguments', async () => {
      const self = {};
      const value = await run(make(fn).call(self, 1), (entered) => entered);
      expect(value).toEqual([self, 1, 2]);
      expect((value as unknown[])[0]).toBe(self);
    });

    it('runs nothing of the function on the call, not even parameter defaults', async () => {
      const byDefault = jest.fn(() => 'default');
      const made = make(
        isAsync
          ? async function* late(value = byDefault()) {
              yield value;
            }
          : function* late(value = byDefault()) {
              yield value;
            },
      );
      const manager = made();
      expect(byDefault).not.toHaveBeenCalled();
      expect(await run(manager, (value) => value)).toBe('default');
      expect(await run(manager, (value) => value)).toBe('default');
      expect(byDefault).toHaveBeenCalledTimes(2);
    });

    it('recognizes native generator functions, whatever else they inherit', async () => {
      const both = isAsync
        ? async function* both() {
            yield 'value';
          }
        : function* both() {
            yield 'value';
          };
      const prototype = both.prototype as Record<symbol, unknown>;
      prototype[Symbol.asyncIterator] = isAsync ? undefined : () => 'besides';
      prototype[Symbol.iterator] = () => 'besides';
      expect(await run(make(both)(), (value) => value)).toBe('value');
    });

    it('takes compiled and bound generator functions', async () => {
      const compiled = make(function compiled(this: unknown, ...args: [number]) {
        return fn.apply(this, args);
      });
      expect(compiled.name).toBe('compiled');
      expect(await run(compiled.call('self', 1), (value) => value)).toEqual(['self', 1, 2]);
      expect(await run(make(fn.bind('bound'))(1), (value) => value)).toEqual(['bound', 1, 2]);
    });

    it.each([
      ['is called again', undefined],
      ['gets an error', { error: bodyError }],
    ])('reports a second yield without a return() if it %s', async (_what, thrown) => {
      const again = () => ({ done: false, value: 'again' });
      const generator = { next: again, throw: again, ...(isAsync && { [Symbol.asyncIterator]: () => generator }) };
      const made = make(() => generator);
      const body = () => rethrow(thrown);
      const expected = { code: 'ERR_DID_NOT_STOP', ...(thrown && { cause: bodyError }) };
      expect(await errorOf(() => run(made(), body))).toMatchObject(expected);
      const manager = made() as Record<string, (thrown?: { error: unknown }) => unknown>;
      await manager[isAsync ? 'enterAsync' : 'enter']?.();
      expect(await errorOf(() => manager[isAsync ? 'exitAsync' : 'exit']?.(thrown))).toMatchObject(expected);
    });

    it.each([
      [
        'a generator function of the other kind',
        isAsync
          ? function* other() {
              yield 1;
            }
          : async function* other() {
              yield 1;
            },
        /Did you mean (contextManager|asyncContextManager)\(\)\?/,
      ],
      [
        'an async function',
        async function other() {
          await Promise.resolve();
        },
        /Write manager = /,
      ],
      ['a call of the function', fn.call(undefined, 1), /Write manager = /],
      ['nothing', undefined, /undefined was given/],
      ['null', null, /null was given/],
      ['a promise', Promise.resolve(), /an object \(Promise\) was given/],
    ])('refuses %s when defining the manager', (_what, given, message) => {
      expect(() => make(given as never)).toThrow(TypeError);
      expect(() => make(given as never)).toThrow(message);
      expect(() => make(given as never)).toThrow(/^Cannot make a manager: /);
    });

    it.each([
      ['nothing', () => undefined],
      ['a promise', Promise.reject.bind(Promise, new Error('unseen'))],
      [
        'a generator of the other kind',
        isAsync
          ? () =>
              (function* other() {
                yield 1;
              })()
          : () =>
              (async function* other() {
                yield 1;
              })(),
      ],
      ['an iterator without throw()', () => [1][Symbol.iterator]()],
    ])('refuses a plain function that returns %s on entry', async (_what, given) => {
      const error = await errorOf(() => run(make(Object.defineProperty(given, 'name', { value: 'made' }))(), neverRun));
      expect(error).toBeInstanceOf(TypeError);
      const syntax = isAsync ? 'async function*' : 'function*';
      expect((error as Error).message).toContain(`Cannot enter made(): ${name}() takes ${syntax}, but `);
    });

    it('shows the field form when used as a decorator, TC39 or legacy', () => {
      const form = isAsync
        ? 'session = asyncContextManager(async function* session(this: …)'
        : 'session = contextManager(function* session(this: …)';
      expect(() => make(fn, { kind: 'method', name: 'session' })).toThrow(form);
      expect(() => make(fn, { kind: 'method', name: 'session' })).toThrow(/^Cannot decorate: /);
      expect(() => make({} as never, 'session', {})).toThrow(form);
      expect(() => make(fn, { kind: 'method', name: Symbol('session') })).toThrow('Symbol(session) = ');
      expect(() => make({} as never, Symbol('session'), {})).toThrow('Symbol(session) = ');
    });

    it('can be passed to map()', () => {
      expect([fn].map(make as never)).toHaveLength(1);
      expect(make(fn, 'key', {})).toHaveLength(1);
    });
  });
});

type AnyFunction = (this: unknown, ...args: unknown[]) => unknown;

type Maker = (fn: (...args: never) => unknown, ...decoration: unknown[]) => (...args: unknown[]) => unknown;

function neverRun(): never {
  throw new Error('the body must not run');
}

/** A sync block can't return the promise of an inner one; an async block returns it. */
function runSync(run: () => unknown, name: string): unknown {
  const inner = run();
  return name === 'sync' ? undefined : inner;
}
