import { beforeEach, describe, expect, it } from '@jest/globals';
import type { Thrown } from '../lib/index.ts';
import { builds, copies } from './helpers/builds.ts';
import { flatOf, type Flat } from './helpers/flat.ts';
import { errorOf, outcomeOf, reachableFrom, unknownOutcome } from './helpers/outcome.ts';

const bodyError = new Error('body');
const teardownError = new Error('teardown');

/** A manager that logs what happens to it, and answers an error as the test says. */
function logging({ manager }: Flat, events: unknown[]) {
  return manager(function* logged(name: string, onError: (error: unknown) => unknown = rethrow) {
    events.push(`enter ${name}`);
    try {
      yield name;
    } catch (error) {
      events.push(`${name} sees ${String(messageOf(error))}`);
      return onError(error);
    }
    events.push(`exit ${name}`);
    return undefined;
  });
}

function rethrow(error: unknown): never {
  throw error;
}

function messageOf(error: unknown): unknown {
  return (error as { code?: unknown } | null | undefined)?.code ?? (error as Error | undefined)?.message ?? error;
}

function fail(): never {
  throw bodyError;
}

describe.each(builds)('%s', (_build, library) => {
  const { asyncContextManager, contextManager, enter, nullContext, withAsync, withSync, SuppressedError } = library;

  describe.each(flatOf(library).map((flat) => [flat.name, flat] as const))('enter, %s', (_name, flat) => {
    let events: unknown[];
    let logged: (name: string, onError?: (error: unknown) => unknown) => never;

    beforeEach(() => {
      events = [];
      logged = logging(flat, events) as never;
    });

    it("returns the manager's value, and exits in reverse order after the generator is done", async () => {
      const app = flat.manager(function* app(): Generator {
        const a: unknown = yield* enter(logged('a'));
        const b: unknown = yield* enter(logged('b'));
        events.push('setup');
        yield `${String(a)}${String(b)}`;
        events.push('teardown');
      });
      expect(await flat.run(app(), (value) => (events.push('body'), value))).toBe('ab');
      expect(events).toEqual(['enter a', 'enter b', 'setup', 'body', 'teardown', 'exit b', 'exit a']);
    });

    it('shows the error to the generator first, then to the managers it entered', async () => {
      const app = flat.manager(function* app(): Generator {
        yield* enter(logged('a'));
        try {
          yield* enter(logged('b'));
          yield;
        } finally {
          events.push('finally');
        }
      });
      expect(await errorOf(() => flat.run(app(), fail))).toBe(bodyError);
      expect(events).toEqual(['enter a', 'enter b', 'finally', 'b sees body', 'a sees body']);
    });

    it('tells the managers it entered of success if the generator suppresses, and returns its fallback', async () => {
      const app = flat.manager(function* app(): Generator {
        yield* enter(logged('a'));
        try {
          yield;
        } catch {
          return 'fallback';
        }
        return undefined;
      });
      expect(await flat.run(app(), fail)).toBe('fallback');
      expect(events).toEqual(['enter a', 'exit a']);
    });

    it('returns the fallback of an entered manager that suppresses; outer ones see no error', async () => {
      const app = flat.manager(function* app(): Generator {
        yield* enter(logged('a'));
        yield* enter(logged('b', () => 'fallback'));
        yield;
      });
      expect(await flat.run(app(), fail)).toBe('fallback');
      expect(events).toEqual(['enter a', 'enter b', 'b sees body', 'exit a']);
    });

    it('shows a translation to the managers it entered', async () => {
      const translated = new Error('translated', { cause: bodyError });
      const app = flat.manager(function* app(): Generator {
        yield* enter(logged('a'));
        try {
          yield;
        } catch {
          throw translated;
        }
      });
      expect(await errorOf(() => flat.run(app(), fail))).toBe(translated);
      expect(events).toEqual(['enter a', 'a sees translated']);
    });

    it("keeps both errors if the generator's teardown fails, and an entered manager's error too", async () => {
      const own = new Error('own');
      const app = flat.manager(function* app(): Generator {
        yield* enter(
          logged('a', () => {
            throw own;
          }),
        );
        try {
          yield;
        } finally {
          throw teardownError;
        }
      });
      const error = await errorOf(() => flat.run(app(), fail));
      expect(error).toBe(own);
      expect(reachableFrom(error)).toEqual([own, teardownError, bodyError]);
      delete teardownError.cause;
    });

    it('throws the error of an outer manager without the error that was suppressed inside', async () => {
      const own = new Error('own');
      const failing = flat.manager(function* failing() {
        yield;
        throw own;
      });
      const app = flat.manager(function* app(): Generator {
        yield* enter(failing() as never);
        yield* enter(logged('b', () => 'suppressed'));
        yield;
      });
      const error = await errorOf(() => flat.run(app(), fail));
      expect(reachableFrom(error)).toEqual([own]);
    });

    it("keeps the body's result if a failing teardown was suppressed inside", async () => {
      const app = flat.manager(function* app(): Generator {
        yield* enter(logged('a', () => 'fallback'));
        yield;
        throw teardownError;
      });
      expect(await flat.run(app(), () => 'result')).toBe('result');
    });

    it('throws an error from entering at the enter, where the generator can catch it', async () => {
      const failing = flat.manager(function* failing(): Generator {
        throw bodyError;
      });
      const app = flat.manager(function* app(): Generator {
        yield* enter(logged('a'));
        try {
          yield* enter(failing() as never);
        } catch (error) {
          events.push(error);
        }
        yield* enter(logged('b'));
        yield 'value';
      });
      expect(await flat.run(app())).toBe('value');
      expect(events).toEqual(['enter a', bodyError, 'enter b', 'exit b', 'exit a']);
    });

    it('exits entered managers with the error of a setup that fails halfway', async () => {
      const app = flat.manager(function* app(): Generator {
        yield* enter(logged('a'));
        yield* enter(logged('b'));
        throw bodyError;
      });
      expect(await errorOf(() => flat.run(app(), () => events.push('body')))).toBe(bodyError);
      expect(events).toEqual(['enter a', 'enter b', 'b sees body', 'a sees body']);
    });

    it("says that it didn't yield if the error of its setup was suppressed", async () => {
      const app = flat.manager(function* app(): Generator {
        yield* enter(logged('a'));
        yield* enter(logged('b', () => 'suppressed'));
        throw bodyError;
      });
      const error = await errorOf(() => flat.run(app(), () => events.push('body')));
      expect(error).toMatchObject({ code: 'ERR_DID_NOT_YIELD', cause: bodyError });
      expect(events).toEqual(['enter a', 'enter b', 'b sees body', 'exit a']);
    });

    it("exits what a generator that doesn't yield has entered", async () => {
      for (const onError of [rethrow, () => 'suppressed']) {
        const app = flat.manager(function* app(): Generator {
          yield* enter(logged('a', onError));
        });
        const error = await errorOf(() => flat.run(app(), () => events.push('body')));
        expect(error).toMatchObject({
          code: 'ERR_DID_NOT_YIELD',
          message: 'Cannot enter app(): its generator did not yield. Yield once on every path.',
        });
        expect(error).not.toHaveProperty('cause');
        expect(events.splice(0)).toEqual(['enter a', 'a sees ERR_DID_NOT_YIELD']);
      }
    });

    it("keeps what a generator that doesn't yield returned, as the cause", async () => {
      const app = flat.manager(function* app(): Generator {
        yield* enter(logged('a'));
        return 'refused';
      });
      expect(await errorOf(() => flat.run(app(), () => events.push('body')))).toMatchObject({
        code: 'ERR_DID_NOT_YIELD',
        cause: 'refused',
      });
      expect(events.splice(0)).toEqual(['enter a', 'a sees ERR_DID_NOT_YIELD']);
    });

    it('closes a generator that yields again, and exits the managers it entered with that error', async () => {
      const app = flat.manager(function* app(): Generator {
        yield* enter(logged('a'));
        try {
          yield 1;
          yield 2;
        } catch {
          yield 3;
        } finally {
          events.push('closed');
        }
      });
      for (const body of [() => 1, fail]) {
        const error = await errorOf(() => flat.run(app(), body));
        expect(error).toMatchObject({ code: 'ERR_DID_NOT_STOP' });
        expect((error as Error).cause).toBe(body === fail ? bodyError : undefined);
        expect(events.splice(0)).toEqual(['enter a', 'closed', 'a sees ERR_DID_NOT_STOP']);
      }
    });

    it('enters during the teardown, even if nothing was entered before', async () => {
      const app = flat.manager(function* app(entersBefore: boolean): Generator {
        if (entersBefore) yield* enter(logged('early'));
        try {
          yield;
        } finally {
          events.push(yield* enter(logged('late')));
        }
      });
      for (const entersBefore of [true, false]) {
        const [enterEarly, exitEarly, seenByEarly] = entersBefore
          ? ['enter early', 'exit early', 'early sees body']
          : [];
        const those = (...expected: unknown[]) => expected.filter((event) => event !== undefined);
        expect(await flat.run(app(entersBefore), () => 'result')).toBe('result');
        expect(events.splice(0)).toEqual(those(enterEarly, 'enter late', 'late', 'exit late', exitEarly));
        expect(await errorOf(() => flat.run(app(entersBefore), fail))).toBe(bodyError);
        expect(events.splice(0)).toEqual(those(enterEarly, 'enter late', 'late', 'late sees body', seenByEarly));
      }
    });

    it('suppresses, fails and joins errors during the teardown as before it', async () => {
      const own = new Error('own');
      const app = flat.manager(function* app(onError: (error: unknown) => unknown): Generator {
        try {
          yield;
        } finally {
          yield* enter(logged('late', onError));
        }
      });
      expect(
        await flat.run(
          app(() => 'fallback'),
          fail,
        ),
      ).toBe('fallback');
      const throwing = app(() => {
        throw own;
      });
      const error = await errorOf(() => flat.run(throwing, fail));
      expect(reachableFrom(error)).toEqual([own, bodyError]);
      const manager = flat.manager(function* manager(): Generator {
        yield* enter(throwingOnExit() as never);
        try {
          yield;
        } finally {
          yield* enter(logged('late', () => 'suppressed'));
        }
      });
      const throwingOnExit = flat.manager(function* throwingOnExit(): Generator {
        yield;
        throw teardownError;
      });
      expect(reachableFrom(await errorOf(() => flat.run(manager(), fail)))).toEqual([teardownError]);
    });

    it("keeps the block's error if the teardown fails after it entered something", async () => {
      const app = flat.manager(function* app(): Generator {
        try {
          yield;
        } finally {
          yield* enter(logged('late'));
          throw new Error('own');
        }
      });
      const error = await errorOf(() => flat.run(app(), fail));
      expect(error).toMatchObject({ message: 'own', cause: bodyError });
      expect(events).toEqual(['enter late', 'late sees own']);
    });

    it('enters while the generator is being closed', async () => {
      const app = flat.manager(function* app(entersBefore: boolean): Generator {
        if (entersBefore) yield* enter(logged('early'));
        try {
          yield 1;
          yield 2;
        } finally {
          events.push(yield* enter(logged('closing')));
        }
      });
      for (const entersBefore of [true, false]) {
        const error = await errorOf(() => flat.run(app(entersBefore), () => 1));
        expect(error).toMatchObject({ code: 'ERR_DID_NOT_STOP' });
        expect(events.splice(0)).toEqual([
          ...(entersBefore ? ['enter early'] : []),
          'enter closing',
          'closing',
          'closing sees ERR_DID_NOT_STOP',
          ...(entersBefore ? ['early sees ERR_DID_NOT_STOP'] : []),
        ]);
      }
    });

    it('keeps the error of a close that entered something', async () => {
      const app = flat.manager(function* app(): Generator {
        try {
          yield 1;
          yield 2;
        } finally {
          yield* enter(logged('closing'));
          throw teardownError;
        }
      });
      const error = await errorOf(() => flat.run(app(), () => 1));
      expect(error).toMatchObject({ code: 'ERR_DID_NOT_STOP', cause: teardownError });
    });

    it('enters in loops and in conditions', async () => {
      const app = flat.manager(function* app(names: string[], isExtended: boolean): Generator {
        const values: unknown[] = [];
        for (const name of names) values.push(yield* enter(logged(name)));
        if (isExtended) values.push(yield* enter(logged('extra')));
        yield values;
      });
      expect(await flat.run(app(['a', 'b', 'c'], false))).toEqual(['a', 'b', 'c']);
      expect(events.splice(0).slice(3)).toEqual(['exit c', 'exit b', 'exit a']);
      expect(await flat.run(app([], true))).toEqual(['extra']);
    });

    it('enters thousands of managers without recursion', async () => {
      const app = flat.manager(function* app(): Generator {
        for (let index = 0; index < 5000; index++) yield* enter(logged('many'));
        yield;
      });
      await flat.run(app());
      expect(events).toHaveLength(10_000);
    });

    it('composes to any depth', async () => {
      const level = flat.manager(function* counted(depth: number): Generator {
        if (depth === 0) return yield yield* enter(logged('bottom'));
        const value: unknown = yield* enter(level(depth - 1) as never);
        try {
          yield `${String(value)}.`;
        } catch (error) {
          events.push(depth);
          throw error;
        }
        return undefined;
      });
      expect(await flat.run(level(3))).toBe('bottom...');
      events.splice(0);
      expect(await errorOf(() => flat.run(level(3), fail))).toBe(bodyError);
      expect(events).toEqual(['enter bottom', 3, 2, 1, 'bottom sees body']);
    });

    it('runs one manager many times: nested, and concurrently', async () => {
      const app = flat.manager(function* app(): Generator {
        yield yield* enter(logged('a'));
      })();
      expect(await flat.run(app, () => flat.run(app))).toBe('a');
      expect(await Promise.all([flat.run(app), flat.run(app)])).toEqual(['a', 'a']);
      expect(events).toHaveLength(8);
    });

    it('enters one request twice', async () => {
      const app = flat.manager(function* app(): Generator {
        const request = enter(logged('a'));
        yield* request;
        yield* request;
        yield;
      });
      await flat.run(app());
      expect(events).toEqual(['enter a', 'enter a', 'exit a', 'exit a']);
    });

    it('passes falsy errors on', async () => {
      const app = flat.manager(function* app(): Generator {
        yield* enter(logged('a'));
        yield;
      });
      for (const error of [undefined, null, 0, '', NaN]) {
        const outcome = await outcomeOf(() =>
          flat.run(app(), () => {
            throw error;
          }),
        );
        expect(outcome).toEqual({ error });
      }
      expect(events.filter((event) => event === 'exit a')).toEqual([]);
    });

    it('shows the line of the enter in the stack of an error from entering', async () => {
      const own = new Error('setup failed');
      const failing = flat.manager(function* failing() {
        throw own;
        yield;
      });
      const app = flat.manager(function* theApp(): Generator {
        yield* enter(failing() as never);
        yield;
      });
      expect(await errorOf(() => flat.run(app()))).toBe(own);
      expect(own.stack).toMatch(/^ +at async (?:.*\.)?theApp .*enter\.test\.ts:\d+:\d+\)$/m);
      const before = own.stack;
      await errorOf(() => flat.run(app()));
      expect(own.stack).toBe(before);
    });

    it("leaves an error's stack alone if it is thrown at a request that wasn't answered", () => {
      const error = new Error('thrown by hand');
      const before = error.stack;
      const request = enter(nullContext())[Symbol.iterator]();
      request.next();
      expect(() => request.throw?.(error)).toThrow(error);
      expect(error.stack).toBe(before);
    });

    it("leaves an error's stack alone if it is read-only or missing", async () => {
      const app = flat.manager(function* app(error: unknown): Generator {
        yield* enter({ enter: () => rethrow(error), exit() {} });
        yield;
      });
      const frozen = Object.freeze(new Error('frozen'));
      const bare = Object.assign(new Error('bare'), { stack: undefined });
      const empty = Object.assign(new Error('empty'), { stack: '' });
      const other = { stack: 'of no error' };
      for (const error of [frozen, bare, empty, other, 'text', undefined])
        expect(await errorOf(() => flat.run(app(error)))).toBe(error);
      expect([empty.stack, other.stack]).toEqual(['', 'of no error']);
      const { captureStackTrace, stackTraceLimit } = Error;
      const error = new Error('elsewhere');
      try {
        Error.stackTraceLimit = 0;
        expect(await errorOf(() => flat.run(app(error)))).toBe(error);
        Error.prepareStackTrace = (_error, sites) => sites;
        Error.stackTraceLimit = stackTraceLimit;
        expect(await errorOf(() => flat.run(app(error)))).toBe(error);
        Error.prepareStackTrace = () => undefined;
        expect(await errorOf(() => flat.run(app(error)))).toBe(error);
        Reflect.deleteProperty(Error, 'prepareStackTrace');
        Reflect.deleteProperty(Error, 'captureStackTrace');
        expect(await errorOf(() => flat.run(app(error)))).toBe(error);
      } finally {
        Error.captureStackTrace = captureStackTrace;
        Error.stackTraceLimit = stackTraceLimit;
      }
      expect(error.stack).not.toContain('at async');
    });

    it('works by hand', async () => {
      const make = flat.manager(function* app(): Generator {
        yield* enter(logged('a'));
        yield yield* enter(logged('b', (error) => (error === bodyError ? 'fallback' : rethrow(error))));
      });
      const app = make();
      expect(await flat.enter(app)).toBe('b');
      await flat.exit(app);
      expect(events.splice(0)).toEqual(['enter a', 'enter b', 'exit b', 'exit a']);
      await flat.enter(app);
      expect(await flat.exit(app, { error: bodyError })).toEqual({ value: 'fallback' });
      await flat.enter(app);
      expect(await flat.exit(app, { error: teardownError })).toBe(false);
    });

    it('enters during the teardown by hand too', async () => {
      const app = flat.manager(function* app(): Generator {
        try {
          yield;
        } finally {
          yield* enter(logged('late'));
        }
      })();
      await flat.enter(app);
      await flat.exit(app);
      expect(events.splice(0)).toEqual(['enter late', 'exit late']);
      await flat.enter(app);
      expect(await flat.exit(app, { error: bodyError })).toBe(false);
      expect(events.splice(0)).toEqual(['enter late', 'late sees body']);
    });

    it('throws its errors by hand without one that was suppressed inside', async () => {
      const own = new Error('own');
      const failing = flat.manager(function* failing() {
        yield;
        throw own;
      });
      const app = flat.manager(function* app(): Generator {
        yield* enter(failing() as never);
        yield* enter(logged('b', () => 'suppressed'));
        yield;
      })();
      await flat.enter(app);
      expect(reachableFrom(await errorOf(() => flat.exit(app, { error: bodyError })))).toEqual([own]);
    });

    it('says so if nothing enters the request', async () => {
      function* program(): Generator {
        return yield* enter(logged('never'));
      }
      const generator = program();
      expect(generator.next().done).toBe(false);
      expect(() => generator.next('value')).toThrow(
        new TypeError(
          'Cannot enter: yield* enter() works only in the generator of a manager or a scope. Write it in asyncContextManager() or scopeAsync().',
        ),
      );
      expect(events).toEqual([]);
      const decorated = library.contextDecorator(library.nullContext())(program);
      expect(() => [...decorated()]).toThrow(TypeError);
      await Promise.resolve();
    });

    it("learns from a stack that the outcome is unknown, and can't suppress that", async () => {
      const app = flat.manager(function* app(): Generator {
        yield* enter(logged('a'));
        yield* enter(logged('b', () => 'suppressed'));
        try {
          yield;
        } catch {
          yield* enter(logged('late'));
        }
      });
      await flat.onStack(async (stack) => {
        await stack.enterContext(app());
        await stack.close();
      });
      expect(events.splice(0)).toEqual([
        'enter a',
        'enter b',
        'enter late',
        'late sees ERR_OUTCOME_UNKNOWN',
        'b sees ERR_OUTCOME_UNKNOWN',
        'a sees ERR_OUTCOME_UNKNOWN',
      ]);
      await flat.onStack(async (stack) => {
        await stack.enterContext(app());
        stack.complete();
        await stack.close();
      });
      expect(events).toEqual(['enter a', 'enter b', 'exit b', 'exit a']);
    });

    it('learns of the unknown outcome if it enters only in its teardown', async () => {
      const late = flat.manager(function* late(): Generator {
        try {
          yield;
        } finally {
          yield* enter(logged('late', () => 'suppressed'));
        }
      });
      const again = flat.manager(function* again(): Generator {
        try {
          yield 1;
        } catch {
          yield 2;
        }
      });
      await flat.onStack(async (stack) => {
        await stack.enterContext(late());
        await stack.close();
      });
      expect(events).toEqual(['enter late', 'late sees ERR_OUTCOME_UNKNOWN']);
      const error = await errorOf(() =>
        flat.onStack(async (stack) => {
          await stack.enterContext(again());
          await stack.close();
        }),
      );
      expect(error).toMatchObject({ code: 'ERR_DID_NOT_STOP' });
      expect(error).not.toHaveProperty('cause');
    });

    it('rethrows an unknown outcome that the body throws', async () => {
      const unknown = await unknownOutcome(library);
      const app = flat.manager(function* app(): Generator {
        yield* enter(logged('a'));
        yield* enter(logged('b', () => 'suppressed'));
        try {
          yield;
        } catch {
          yield* enter(logged('late'));
        }
      });
      const run = () =>
        flat.run(app(), () => {
          throw unknown;
        });
      expect(await errorOf(run)).toBe(unknown);
      expect(events).toEqual([
        'enter a',
        'enter b',
        'enter late',
        'late sees ERR_OUTCOME_UNKNOWN',
        'b sees ERR_OUTCOME_UNKNOWN',
        'a sees ERR_OUTCOME_UNKNOWN',
      ]);
    });

    it("refuses a request from a manager that isn't a generator, and doesn't run the body", async () => {
      const given = {
        enter: () => enter(logged('a')),
        exit: (thrown?: Thrown) => void events.push(messageOf(thrown?.error)),
      };
      // @ts-expect-error -- a request is awaited
      const async = { enterAsync: async () => given.enter(), exitAsync: async (thrown?: Thrown) => given.exit(thrown) };
      const managers = flat.name === 'sync' ? [given] : [given, async];
      // The value of an async entry is awaited: the request is refused there, and nothing was entered.
      for (const manager of [...managers, library.nullContext(enter(logged('a')))]) {
        const error = await errorOf(() => flat.run(manager, () => events.push('body')));
        expect(error).toBeInstanceOf(TypeError);
        expect(error).toMatchObject({ message: expect.stringContaining('without yield*') });
      }
      expect(events).toEqual([expect.stringContaining('without yield*')]);
    });

    it("doesn't run the body if such a manager suppresses that", async () => {
      const given = { enter: () => enter(logged('a')), exit: () => true };
      const error = await errorOf(() => flat.run(given, () => events.push('body')));
      expect(error).toMatchObject({ code: 'ERR_DID_NOT_YIELD' });
      expect(events).toEqual([]);
    });

    it('rejects where it is awaited, and says what to write', async () => {
      // The compiler knows too, and so do the rules.
      const request = () => enter(logged('a')) as unknown as Promise<unknown>;
      const awaited = async () => await request();
      const returned = async () => request();
      for (const run of [awaited, returned])
        expect(await errorOf(run)).toMatchObject({
          name: 'TypeError',
          message: expect.stringContaining('yield* enter'),
        });
      expect(events).toEqual([]);
    });

    it('takes disposables, and keeps both errors as using does', async () => {
      const resource = {
        [Symbol.dispose]() {
          events.push('disposed');
          throw teardownError;
        },
      };
      const app = flat.manager(function* app(): Generator {
        yield yield* enter(resource);
      });
      const error = await errorOf(() =>
        flat.run(app(), (value) => {
          events.push(value);
          return fail();
        }),
      );
      expect(error).toBeInstanceOf(SuppressedError);
      expect(error).toMatchObject({ error: teardownError, suppressed: bodyError });
      expect(events).toEqual([resource, 'disposed']);
    });

    it('awaits a promise that a sync manager yields, if enter is async', async () => {
      const promised = contextManager(function* promised() {
        yield Promise.resolve('value');
      });
      const app = flat.manager(function* app(): Generator {
        const value: unknown = yield* enter(promised() as never);
        yield typeof value;
      });
      expect(await flat.run(app())).toBe(flat.name === 'async' ? 'string' : 'object');
    });

    it('rethrows an unknown outcome that a setup inside a teardown throws', async () => {
      let seen: unknown;
      const rethrowing = flat.manager(function* rethrowing(error: unknown): Generator {
        yield* enter(logged('a', () => 'suppressed'));
        throw error;
      });
      await flat.onStack(async (stack) => {
        const outer = flat.manager(function* outer(): Generator {
          try {
            yield;
          } catch (error) {
            seen = error;
            yield* enter(rethrowing(error) as never);
          }
        });
        await stack.enterContext(outer());
        await stack.close();
      });
      expect(seen).toMatchObject({ code: 'ERR_OUTCOME_UNKNOWN' });
      expect(events).toEqual(['enter a', 'a sees ERR_OUTCOME_UNKNOWN']);
    });

    it('throws a TypeError at the enter if its argument is wrong', async () => {
      const app = flat.manager(function* app(given: unknown): Generator {
        yield* enter(logged('a'));
        try {
          yield* enter(given as never);
        } catch (error) {
          events.push((error as Error).message);
          throw error;
        }
        yield;
      });
      const error = await errorOf(() => flat.run(app(5)));
      expect(error).toBeInstanceOf(TypeError);
      expect(events).toEqual([
        'enter a',
        'Cannot enter: enter() takes a manager or a disposable, but 5 was given. Did you mean closing() or all()?',
        'a sees Cannot enter: enter() takes a manager or a disposable, but 5 was given. Did you mean closing() or all()?',
      ]);
      const slips: [unknown, string][] = [
        [logged, 'Did you forget to call '],
        [Promise.resolve(), 'Did you forget await?'],
        [(function* () {})(), 'Did you mean aclosing()'],
        [{ enter() {} }, 'It has only enter().'],
        [undefined, 'but undefined was given'],
      ];
      for (const [given, hint] of slips) expect(() => enter(given as never)).toThrow(hint);
    });

    it('throws a TypeError at the enter if its argument has stopped being a manager', async () => {
      const given: Record<string, unknown> = { enter() {}, exit() {} };
      const app = flat.manager(function* app(): Generator {
        const request = enter(given as never);
        given['exit'] = undefined;
        try {
          yield* request;
        } catch (error) {
          events.push(error);
        }
        yield 'value';
      });
      expect(await flat.run(app())).toBe('value');
      expect(events).toEqual([
        expect.objectContaining({
          name: 'TypeError',
          message: expect.stringMatching(/^Cannot enter: enter\(\) takes a manager or a disposable, /),
        }),
      ]);
    });

    it('leaves no trace of an error that is suppressed during its teardown', async () => {
      const [kept, dropped] = [new RangeError('kept'), new TypeError('dropped')];
      const app = flat.manager(function* app(): Generator {
        try {
          yield;
        } catch (error) {
          yield* enter(library.suppress(TypeError) as never);
          throw error;
        }
      });
      const left = await errorOf(() =>
        flat.run(app(), () => {
          throw new AggregateError([kept, dropped], 'both');
        }),
      );
      expect(left).toMatchObject({ message: 'both', errors: [kept] });
      expect(reachableFrom(left)).toEqual([left, kept]);
    });

    it('throws a TypeError at a yield of enter without the star', async () => {
      const app = flat.manager(function* app(): Generator {
        try {
          // eslint-disable-next-line withal/enter-with-star -- this is the mistake
          yield enter(logged('a'));
        } catch (error) {
          events.push((error as Error).message);
          if (!(error instanceof TypeError)) throw error;
        }
        yield* enter(logged('b'));
        yield 'value';
      });
      expect(await flat.run(app())).toBe('value');
      expect(events.splice(1)).toEqual(['enter b', 'exit b']);
      expect(events).toEqual([
        expect.stringMatching(
          /^Cannot enter an object \(\w+\): enter\(\) was used without yield\*\. Write yield\* enter\(manager\)\.$/,
        ),
      ]);
      const last = flat.manager(function* last(): Generator {
        try {
          yield 'value';
        } finally {
          // eslint-disable-next-line withal/enter-with-star -- this is the mistake
          yield enter(logged('a'));
        }
      });
      expect(await errorOf(() => flat.run(last()))).toBeInstanceOf(TypeError);
    });

    it.each<[string, (asking: Generator) => unknown]>([
      ['waits at a star for it', () => undefined],
      ['has finished a star', (asking) => asking.return(undefined)],
      ['got an error at a star', (asking) => outcomeOf(() => asking.throw(bodyError))],
    ])('throws a TypeError at a yield of enter without the star, even if another one %s', async (_what, go) => {
      const request = enter(logged('a'));
      const asking = (function* asking(): Generator {
        yield* request;
      })();
      asking.next();
      await go(asking);
      const app = flat.manager(function* app() {
        // eslint-disable-next-line withal/enter-with-star -- this is the mistake
        yield request;
      });
      expect(await errorOf(() => flat.run(app()))).toBeInstanceOf(TypeError);
      expect(events).toEqual([]);
    });

    it('throws a TypeError at a yield of a request that was already answered with an error', async () => {
      const asking = (function* asking(): Generator {
        yield* enter(logged('a'));
      })();
      const asked = asking.next().value as unknown;
      expect(() => asking.throw(bodyError) as unknown).toThrow(bodyError);
      const app = flat.manager(function* app() {
        yield asked;
      });
      expect(await errorOf(() => flat.run(app()))).toBeInstanceOf(TypeError);
      expect(events).toEqual([]);
    });

    it('passes any other value to the block, whatever its properties', async () => {
      const proxies = [
        new Proxy(() => undefined, { get: (_target, key) => (key === 'then' ? undefined : () => undefined) }),
        new Proxy({}, { get: (_target, key) => (key === 'then' ? undefined : () => undefined) }),
      ];
      const giving = flat.manager(function* giving(value: unknown) {
        yield value;
      });
      proxies.push(new Proxy({}, { has: () => true }), new Proxy({}, { has: fail }));
      for (const value of proxies) expect(await flat.run(giving(value), (given) => [given === value])).toEqual([true]);
    });

    it("refuses an object with all properties of a request if they aren't callable", () => {
      const odd: object = new Proxy({}, { get: (_target, key) => (typeof key === 'symbol' ? 1 : undefined) });
      expect(() => enter(odd as never)).toThrow(TypeError);
      expect(() => library.all([odd as never])).toThrow(TypeError);
    });
  });

  it('refuses an async manager in a sync generator, at the enter', async () => {
    const session = asyncContextManager(async function* session() {
      yield;
    });
    const app = contextManager(function* app() {
      yield* enter(session() as never);
      yield;
    });
    const refusal = new TypeError(
      'Cannot enter: enter() takes a manager or a disposable, but an object (session) was given. Did you mean asyncContextManager() or scopeAsync()?',
    );
    expect(() => withSync(app(), () => undefined)).toThrow(refusal);
    await expect(withAsync(app(), () => undefined)).rejects.toThrow(refusal);
  });

  it('enters one request in overlapping runs', async () => {
    const request = enter(library.nullContext('value'));
    const app = asyncContextManager(async function* app() {
      yield yield* request;
    });
    const overlapping = async () => withAsync(app(), (value) => value);
    expect(await Promise.all([overlapping(), overlapping()])).toEqual(['value', 'value']);
  });

  it('composes sync managers for a body that is awaited', async () => {
    const events: unknown[] = [];
    const logged = contextManager(function* logged() {
      events.push('enter');
      try {
        yield 'value';
      } catch {
        return 'fallback';
      } finally {
        events.push('exit');
      }
      return undefined;
    });
    const app = contextManager(function* app() {
      yield yield* enter(logged());
    });
    const body = async (value: unknown) => {
      await Promise.resolve();
      events.push(value);
      return 'result';
    };
    expect(await withAsync(app(), body)).toBe('result');
    expect(await withAsync(app(), async () => Promise.reject(bodyError))).toBe('fallback');
    expect(events).toEqual(['enter', 'value', 'exit', 'enter', 'exit']);
  });

  it('takes sync managers and async disposables in an async generator, and awaits their values', async () => {
    const events: unknown[] = [];
    const app = asyncContextManager(async function* app() {
      const value = yield* enter({ enter: () => Promise.resolve('awaited'), exit: () => void events.push('exit') });
      yield* enter({
        [Symbol.asyncDispose]: async () => {
          await Promise.resolve();
          events.push('disposed');
        },
      });
      yield value;
    });
    expect(await withAsync(app(), (value) => value)).toBe('awaited');
    expect(events).toEqual(['disposed', 'exit']);
  });

  it("tells managers of the other copy that the outcome is unknown, and they can't suppress that", async () => {
    for (const [, other] of copies) {
      const events: unknown[] = [];
      const [, flat] = flatOf(other) as [Flat, Flat];
      const logged = logging(flat, events);
      const app = flat.manager(function* app(): Generator {
        yield* other.enter(logged('transaction') as never);
        yield* other.enter(other.suppress(() => true));
        yield;
      });
      const stack = new library.AsyncExitStack<undefined>();
      await stack.enterContext(app() as never);
      await stack.disposeAsync();
      expect(events).toEqual(['enter transaction', 'transaction sees ERR_OUTCOME_UNKNOWN']);
    }
  });

  it('drives generators of the other copy', async () => {
    for (const [, other] of copies) {
      const events: unknown[] = [];
      const [sync, async] = flatOf(other) as [Flat, Flat];
      for (const flat of [sync, async]) {
        const logged = logging(flat, events);
        const app = flat.manager(function* app(): Generator {
          yield* enter(logged('a') as never);
          yield* other.enter(logged('b') as never);
          yield 'value';
        });
        const run = flat === sync ? withSync : withAsync;
        expect(await (run as (manager: unknown, body: unknown) => unknown)(app(), (value: unknown) => value)).toBe(
          'value',
        );
        expect(events.splice(0)).toEqual(['enter a', 'enter b', 'exit b', 'exit a']);
      }
    }
  });
});
