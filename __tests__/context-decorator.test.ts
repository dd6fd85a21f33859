import { describe, expect, it, jest } from '@jest/globals';
import ts from 'typescript';
import type { AsyncContextManager, ContextManager, Thrown } from '../lib/index.ts';
import { builds, type Library } from './helpers/builds.ts';
import { errorOf, outcomeOf, reachableFrom } from './helpers/outcome.ts';
import { again, twinsOf, type Script } from './helpers/twins.ts';

/** Any function: a method's parameters are compared both ways. */
type Fn = { method(this: unknown, ...args: unknown[]): unknown }['method'];

interface Driven {
  next(value?: unknown): unknown;
  throw(error?: unknown): unknown;
  return(value?: unknown): unknown;
}

interface Decorator {
  (method: Fn, context: ClassMethodDecoratorContext): void;
  (fn: () => Driven): (this: unknown, ...args: unknown[]) => Driven;
  (fn: Fn): Fn;
  (...args: unknown[]): never;
}

/** A generator function, by what it does, as each twin writes it. */
interface Rows {
  items?: readonly unknown[];
  result?: unknown;
  body?(): unknown;
  caught?(error: unknown): unknown;
  closing?(): unknown;
}

/** One of the two decorators, with functions of its kind. */
interface Decorating {
  readonly name: 'sync' | 'async';
  decorator(...args: unknown[]): Decorator;
  manager(script: Script): AsyncDisposable & Disposable;
  fn(body: Fn): Fn;
  rows(script: Rows, log?: unknown[]): () => Driven;
}

function decorating(library: Library): Decorating[] {
  const [sync, async] = twinsOf(library) as [ReturnType<typeof twinsOf>[number], ReturnType<typeof twinsOf>[number]];
  return [
    {
      name: 'sync',
      decorator: library.contextDecorator as never,
      manager: sync.manager as never,
      fn: (body) => body,
      rows: ({ items = [], result, body, caught, closing }, log = []) =>
        function* rows() {
          log.push('start');
          try {
            for (const item of items) log.push(yield item);
            body?.();
            return result;
          } catch (error) {
            if (caught) return caught(error);
            throw error;
          } finally {
            log.push('close');
            if (closing?.() === again) yield 'while closing';
          }
        },
    },
    {
      name: 'async',
      decorator: library.asyncContextDecorator as never,
      manager: async.manager as never,
      fn: (body) =>
        async function (this: unknown, ...args) {
          await Promise.resolve();
          return body.apply(this, args);
        },
      rows: ({ items = [], result, body, caught, closing }, log = []) =>
        async function* rows() {
          log.push('start');
          try {
            for (const item of items) log.push(yield item);
            await body?.();
            return result;
          } catch (error) {
            if (caught) return await caught(error);
            throw error;
          } finally {
            log.push('close');
            if ((await closing?.()) === again) yield 'while closing';
          }
        },
    },
  ];
}

/** A script that logs how the block ended, and does what `answer` says. */
function telling(log: unknown[], answer?: (thrown: { error: unknown } | undefined) => unknown): Script {
  return {
    setup: () => void log.push('enter'),
    teardown(thrown) {
      log.push(thrown ? ['exit', thrown.error] : 'exit');
      if (answer) return answer(thrown);
      if (thrown) throw thrown.error;
      return undefined;
    },
  };
}

const throws = (error: unknown) => () => {
  throw error;
};

const unknownOutcome = expect.objectContaining({ name: 'ContextManagerError', code: 'ERR_OUTCOME_UNKNOWN' });

describe.each(builds)('%s', (_build, library) => {
  const { asyncContextDecorator, asyncContextManager, closing, contextDecorator, contextManager } = library;

  describe.each(decorating(library).map((twin) => [twin.name, twin] as const))('%s', (name, twin) => {
    const { decorator, manager, fn, rows } = twin;
    const decoratorName = name === 'sync' ? 'contextDecorator()' : 'asyncContextDecorator()';

    describe(`${decoratorName} on a function`, () => {
      it('runs each call inside an entry of the manager', async () => {
        const log: unknown[] = [];
        const wrapped = decorator(manager(telling(log)))(fn((x: number) => (log.push('call'), x + 1)));
        expect(log).toEqual([]);
        expect([await wrapped(1), await wrapped(2)]).toEqual([2, 3]);
        expect(log).toEqual(['enter', 'call', 'exit', 'enter', 'call', 'exit']);
      });

      it.each([[undefined], [null], [0], [''], [NaN], [new Error('body')]])(
        'tells the manager that %p was thrown, and throws it',
        async (error) => {
          const log: unknown[] = [];
          const wrapped = decorator(manager(telling(log)))(fn(throws(error)));
          expect(await outcomeOf(wrapped)).toEqual({ error });
          expect(log).toEqual(['enter', ['exit', error]]);
        },
      );

      it('returns the fallback of a manager that suppresses', async () => {
        const wrapped = decorator(manager({ teardown: () => 'fallback' }))(fn(throws(new Error('body'))));
        expect(await wrapped()).toBe('fallback');
      });

      it('keeps the errors of the body and of the teardown', async () => {
        const [body, teardown] = [new Error('body'), new Error('teardown')];
        const wrapped = decorator(manager({ teardown: throws(teardown) }))(fn(throws(body)));
        expect(await errorOf(wrapped)).toBe(teardown);
        expect(teardown.cause).toBe(body);
      });

      it('keeps name, length, this and arguments', async () => {
        const original = fn(function (this: unknown, ...args) {
          return [this, ...args];
        });
        Object.defineProperties(original, { name: { value: 'save' }, length: { value: 2 } });
        const wrapped = decorator(manager({}))(original);
        expect([wrapped.name, wrapped.length]).toEqual(['save', 2]);
        const self = {};
        expect(await wrapped.call(self, 1, 2, 3)).toEqual([self, 1, 2, 3]);
        expect(() => Reflect.construct(wrapped, [])).toThrow('is not a constructor');
      });

      it('enters the manager anew for each recursive call', async () => {
        const log: unknown[] = [];
        const factorial: Fn = decorator(manager(telling(log)))(
          name === 'sync'
            ? (n: number) => (n > 1 ? n * (factorial(n - 1) as number) : 1)
            : async (n: number) => (n > 1 ? n * ((await factorial(n - 1)) as number) : 1),
        );
        expect(await factorial(3)).toBe(6);
        expect(log).toEqual(['enter', 'enter', 'enter', 'exit', 'exit', 'exit']);
      });

      it('enters a manager that a function makes from this and the arguments', async () => {
        const log: unknown[] = [];
        const make = jest.fn<Fn>(() => manager(telling(log)));
        const wrapped = decorator(make)(fn((x: number) => x));
        const self = {};
        expect(await wrapped.call(self, 1)).toBe(1);
        expect(make.mock.calls).toEqual([[1]]);
        expect(make.mock.contexts).toEqual([self]);
      });

      it('treats a function with the methods of a manager as a manager', async () => {
        const log: unknown[] = [];
        const callable = Object.assign(throws(new Error('called')), {
          enter: () => void log.push('enter'),
          exit: () => void log.push('exit'),
        });
        expect(await decorator(callable)(fn(() => 1))()).toBe(1);
        expect(log).toEqual(['enter', 'exit']);
      });

      it("calls a function that is only disposable, as a test's mock is", async () => {
        const log: unknown[] = [];
        const mock = Object.assign(() => manager(telling(log)), {
          [Symbol.dispose ?? Symbol.for('Symbol.dispose')]: throws(new Error('disposed')),
        });
        expect(await decorator(mock)(fn(() => 1))()).toBe(1);
        expect(log).toEqual(['enter', 'exit']);
      });

      it('takes disposables', async () => {
        const disposal = jest.fn();
        const dispose = Symbol.dispose ?? Symbol.for('Symbol.dispose');
        expect(await decorator({ [dispose]: disposal })(fn(() => 1))()).toBe(1);
        expect(disposal).toHaveBeenCalledTimes(1);
      });

      it.each([
        ['nothing', undefined, 'but undefined was given. Did you mean closing'],
        ['a manager function', () => function transaction() {}, 'Did you forget to call it?'],
        ['a promise', async () => Promise.reject(new Error('unseen')), 'Await in the manager instead.'],
      ])('refuses a function that returns %s before it enters anything', async (_what, given, message) => {
        const body = jest.fn();
        const error = await errorOf(decorator(() => (given as Fn | undefined)?.())(fn(body)));
        expect(error).toBeInstanceOf(TypeError);
        expect((error as Error).message).toContain(
          `Cannot enter: the function given to ${decoratorName} must return a manager, but`,
        );
        expect((error as Error).message).toContain(message);
        expect(body).not.toHaveBeenCalled();
      });

      it.each([
        ['undefined', undefined],
        ['a number', 1],
        ['half a manager', { enter() {} }],
        ['a promise', Promise.resolve()],
        ['a generator', (function* () {})()],
      ])('refuses %s as the manager', (_what, given) => {
        expect(() => decorator(given)).toThrow(TypeError);
        expect(() => decorator(given)).toThrow(`Cannot decorate: ${decoratorName} takes a manager, or a function`);
      });

      it.each([
        ['not a function', [1], '1 was given'],
        ['a class', [class Repo {}], 'the class Repo was given'],
        ['a decorated class', [class {}, { kind: 'class', name: 'Repo' }], 'the class Repo was given'],
        ['a getter', [() => 1, { kind: 'getter', name: 'size' }], 'the getter size was given'],
        ['a field', [undefined, { kind: 'field', name: '#x' }], 'the field #x was given'],
        ['an accessor', [{}, { kind: 'accessor', name: Symbol('s') }], 'the accessor Symbol(s) was given'],
        ['a legacy field', [{}, 'x', undefined], 'the field x was given'],
        ['a legacy field named by a symbol', [{}, Symbol('s'), undefined], 'the field Symbol(s) was given'],
        ['a legacy getter', [{}, 'x', { get() {} }], 'the accessor x was given'],
        ['a legacy setter', [{}, 'x', { get: undefined, set() {} }], 'the accessor x was given'],
        ['a legacy parameter', [{}, 'x', 0], 'the field x was given'],
        ['a legacy constant', [{}, 'x', { value: 5 }], '5 was given'],
      ])('refuses to decorate %s', (_what, args, message) => {
        const decorate = () => decorator(manager({}))(...args);
        expect(decorate).toThrow(TypeError);
        expect(decorate).toThrow(`${decoratorName} decorates functions and methods, but ${message}`);
      });

      it.each([
        ['the standard', [() => 1, { kind: 'method', name: 'save' }], 'the method save was given'],
        ['legacy decorators', [{}, 'save', { value() {} }], 'the member save was given'],
      ])('refuses to be used as a decorator itself, by %s', (_what, args, message) => {
        const decorate = () => decorator(...args);
        expect(decorate).toThrow(TypeError);
        expect(decorate).toThrow(`${message}. Write @${decoratorName.slice(0, -2)}(manager).`);
      });

      it.each([
        ['an iterator', [1].values()],
        ['an object with throw()', { throw() {} }],
        ['an object with return()', { return() {} }],
      ])('treats a function that returns %s like any other', async (_what, result) => {
        expect(await decorator(manager({}))(fn(() => result))()).toBe(result);
      });

      it.each([
        ['a generator', () => rows({})()],
        ["a compiler's version of one", () => ({ next() {}, throw() {}, return() {} })],
      ])('refuses a function that returns %s, even if the manager suppresses', async (_what, plain) => {
        const log: unknown[] = [];
        const wrapped = decorator(manager(telling(log, () => 'suppressed')))(plain);
        const error = await errorOf(wrapped);
        expect(error).toBeInstanceOf(TypeError);
        expect((error as Error).message).toContain('must see that a function is a generator function');
        expect(log).toEqual(['enter', ['exit', error]]);
      });
    });

    describe(`${decoratorName} on a generator function`, () => {
      it('runs nothing on the call, and drives the generator inside the manager', async () => {
        const log: unknown[] = [];
        const make = jest.fn(() => manager(telling(log)));
        const wrapped = decorator(make)(rows({ items: ['a', 'b'], result: 'end' }, log));
        const driven = wrapped.call('self', 1);
        expect([log, make.mock.calls]).toEqual([[], []]);
        expect(await driven.next('unseen')).toEqual({ value: 'a', done: false });
        expect(await driven.next(1)).toEqual({ value: 'b', done: false });
        expect(await driven.next(2)).toEqual({ value: 'end', done: true });
        expect(log).toEqual(['enter', 'start', 1, 2, 'close', 'exit']);
        expect([make.mock.calls, make.mock.contexts]).toEqual([[[1]], ['self']]);
        expect(await driven.next()).toEqual({ value: undefined, done: true });
      });

      it('keeps name, length and kind, so it can be decorated again', async () => {
        const log: unknown[] = [];
        const original = rows({ items: ['a'] }, log);
        const outer = manager(telling(log));
        const wrapped = decorator(outer)(decorator(manager(telling(log)))(original));
        expect([wrapped.name, wrapped.length]).toEqual(['rows', 0]);
        expect(Object.prototype.toString.call(wrapped)).toBe(Object.prototype.toString.call(original));
        await everyItem(wrapped() as never);
        expect(log).toEqual(['enter', 'enter', 'start', undefined, 'close', 'exit', 'exit']);
      });

      it.each([[undefined], [0], [NaN], [new Error('body')]])(
        'tells the manager that the generator threw %p, and throws it',
        async (error) => {
          const log: unknown[] = [];
          const driven = decorator(manager(telling(log)))(rows({ body: throws(error) }))();
          expect(await outcomeOf(() => driven.next())).toEqual({ error });
          expect(log).toEqual(['enter', ['exit', error]]);
        },
      );

      it('passes throw() on to the generator, whether it catches or not', async () => {
        const log: unknown[] = [];
        const error = new Error('thrown in');
        const catching = decorator(manager(telling(log)))(rows({ items: ['a'], caught: (caught) => [caught] }))();
        await catching.next();
        expect(await catching.throw(error)).toEqual({ value: [error], done: true });
        const passing = decorator(manager(telling(log)))(rows({ items: ['a'] }))();
        await passing.next();
        expect(await errorOf(() => passing.throw(error))).toBe(error);
        expect(log).toEqual(['enter', 'exit', 'enter', ['exit', error]]);
      });

      it('ends with the fallback of a manager that suppresses', async () => {
        const driven = decorator(manager({ teardown: () => 'fallback' }))(rows({ body: throws(undefined) }))();
        expect(await driven.next()).toEqual({ value: 'fallback', done: true });
      });

      it('keeps the errors of the generator and of the teardown', async () => {
        const [body, teardown] = [new Error('body'), new Error('teardown')];
        const driven = decorator(manager({ teardown: throws(teardown) }))(rows({ body: throws(body) }))();
        expect(await errorOf(() => driven.next())).toBe(teardown);
        expect(teardown.cause).toBe(body);
      });

      it('throws what the teardown throws after success', async () => {
        const teardown = new Error('commit');
        const driven = decorator(manager({ teardown: throws(teardown) }))(rows({ result: 1 }))();
        expect(await errorOf(() => driven.next())).toBe(teardown);
        expect(teardown).not.toHaveProperty('cause');
      });

      it('throws what the setup throws, and runs nothing', async () => {
        const setup = new Error('setup');
        const log: unknown[] = [];
        const driven = decorator(manager({ setup: throws(setup) }))(rows({}, log))();
        expect(await errorOf(() => driven.next())).toBe(setup);
        expect(log).toEqual([]);
      });

      it('refuses a function that returns no manager, at the first next()', async () => {
        const log: unknown[] = [];
        const driven = decorator(() => undefined)(rows({}, log))();
        expect(await errorOf(() => driven.next())).toBeInstanceOf(TypeError);
        expect(log).toEqual([]);
      });

      it('says so at the first next() if its manager has stopped being one', async () => {
        const given: Record<string, Fn | undefined> = { enter: () => undefined, exit: () => undefined };
        const driven = decorator(given)(rows({}))();
        given['exit'] = undefined;
        expect(await errorOf(() => driven.next())).toHaveProperty(
          'message',
          `Cannot enter: ${decoratorName} takes a manager or a disposable, but an object (Object) was given. It has only enter().`,
        );
      });

      it.each([
        ['does not yield', { setup: () => 'no yield' }, 'ERR_DID_NOT_YIELD'],
        ['yields again', { teardown: () => again }, 'ERR_DID_NOT_STOP'],
      ])('rejects a manager that %s', async (_what, script, code) => {
        const driven = decorator(manager(script))(rows({}))();
        expect(await errorOf(() => driven.next())).toMatchObject({ code });
      });

      it('exits the manager with the error of a parameter default', async () => {
        const log: unknown[] = [];
        const error = new Error('default');
        const original =
          name === 'sync'
            ? function* (x = throws(error)()) {
                yield x;
              }
            : async function* (x = throws(error)()) {
                yield x;
              };
        const driven = decorator(manager(telling(log)))(original)();
        expect(await errorOf(() => driven.next())).toBe(error);
        expect(log).toEqual(['enter', ['exit', error]]);
      });

      it.each(['return', 'throw'] as const)('enters nothing if %s() comes before the first next()', async (way) => {
        const log: unknown[] = [];
        const driven = decorator(manager(telling(log)))(rows({}, log))();
        await outcomeOf(() => driven[way]('value'));
        expect(await driven.next()).toEqual({ value: undefined, done: true });
        expect(log).toEqual([]);
      });

      it('enters the manager anew for concurrent and nested runs', async () => {
        const log: unknown[] = [];
        const wrapped = decorator(manager(telling(log)))(rows({ items: ['a'] }));
        const [one, two] = [wrapped(), wrapped()];
        await one.next();
        await two.next();
        await one.next();
        expect(log).toEqual(['enter', 'enter', 'exit']);
        await two.next();
        expect(log).toEqual(['enter', 'enter', 'exit', 'exit']);
      });
    });

    describe(`${decoratorName} on a generator that is closed early`, () => {
      /** Closes one after its first item. */
      async function close(script: Script, closed: Rows = {}) {
        const driven = decorator(manager(script))(rows({ items: ['a', 'b'], ...closed }))();
        await driven.next();
        return outcomeOf(() => driven.return('returned'));
      }

      it("closes it, then exits the manager with ERR_OUTCOME_UNKNOWN, which it doesn't throw", async () => {
        const log: unknown[] = [];
        const outcome = await close(telling(log), { closing: () => void log.push('closed') });
        expect(log).toEqual(['enter', 'closed', ['exit', unknownOutcome]]);
        expect(outcome).toEqual({ value: { value: 'returned', done: true } });
      });

      it('names the manager and says what to do', async () => {
        const log: [string, Error][] = [];
        await close(telling(log));
        expect(log[1]?.[1].message).toBe(
          'Cannot exit scripted(): its block must declare success, but it was left early. To succeed, run it to its end.',
        );
      });

      it('does so on a break out of a loop', async () => {
        const log: unknown[] = [];
        const wrapped = decorator(manager(telling(log)))(rows({ items: ['a', 'b'] }));
        for await (const item of wrapped() as unknown as AsyncIterable<unknown>) {
          log.push(item);
          break;
        }
        expect(log).toEqual(['enter', 'a', ['exit', unknownOutcome]]);
      });

      it('returns the argument of return(), whatever the manager suppresses with', async () => {
        expect(await close({ teardown: () => 'fallback' })).toEqual({ value: { value: 'returned', done: true } });
      });

      it("exits the manager with the closing's error instead", async () => {
        const log: unknown[] = [];
        const error = new Error('closing');
        expect(await close(telling(log), { closing: throws(error) })).toEqual({ error });
        expect(log).toEqual(['enter', ['exit', error]]);
      });

      it("ends with the fallback if the manager suppresses the closing's error", async () => {
        const outcome = await close({ teardown: () => 'fallback' }, { closing: throws(new Error('closing')) });
        expect(outcome).toEqual({ value: { value: 'fallback', done: true } });
      });

      it("throws the teardown's own error with nothing attached", async () => {
        const error = new Error('teardown');
        expect(await close({ teardown: throws(error) })).toEqual({ error });
        expect(error).not.toHaveProperty('cause');
      });

      it('throws a translation', async () => {
        const translated = new Error('ROLLBACK failed');
        const outcome = await close({
          teardown(thrown) {
            translated.cause = thrown?.error;
            throw translated;
          },
        });
        expect(outcome).toEqual({ error: translated });
      });

      it('throws ERR_DID_NOT_STOP if the manager yields again', async () => {
        const error = new Error('closing');
        const outcome = await close({ teardown: () => again, closing: throws(error) });
        expect(outcome).toEqual({ error: expect.objectContaining({ code: 'ERR_DID_NOT_STOP', cause: error }) });
      });

      it("keeps it out of a disposable's error", async () => {
        const error = new Error('disposal');
        const dispose = Symbol.dispose ?? Symbol.for('Symbol.dispose');
        const driven = decorator({ [dispose]: throws(error) })(rows({ items: ['a'] }))();
        await driven.next();
        expect(await errorOf(() => driven.return())).toBe(error);
      });

      it('keeps it out of the error of a manager that passes it on', async () => {
        const error = new Error('teardown');
        const inner = manager({ teardown: throws(error) }) as unknown as AsyncContextManager<unknown> &
          ContextManager<unknown>;
        const driven = decorator(
          name === 'sync'
            ? { enter: () => inner.enter(), exit: (thrown: Thrown) => inner.exit(thrown) }
            : { enterAsync: () => inner.enterAsync(), exitAsync: (thrown: Thrown) => inner.exitAsync(thrown) },
        )(rows({ items: ['a'] }))();
        await driven.next();
        expect(await errorOf(() => driven.return())).toBe(error);
        expect(reachableFrom(error)).toEqual([error]);
      });

      it('treats a generator that yields while it is closed as closed, however it ends', async () => {
        const log: unknown[] = [];
        const driven = decorator(manager(telling(log)))(rows({ items: ['a'], closing: () => again }))();
        await driven.next();
        expect(await driven.return('returned')).toEqual({ value: 'while closing', done: false });
        expect(log).toEqual(['enter']);
        expect(await driven.next()).toEqual({ value: 'returned', done: true });
        expect(log).toEqual(['enter', ['exit', unknownOutcome]]);
      });
    });

    describe(`${decoratorName} on methods`, () => {
      it('decorates by the standard: instance, static and private methods', async () => {
        const log: unknown[] = [];
        const logged = decorator(function (this: unknown) {
          return manager({ setup: () => void log.push(this), teardown: undo });
        });
        class Repo {
          @logged
          find(id: number): unknown {
            return [this, id];
          }

          @logged
          static open(url: string): unknown {
            return [this, url];
          }

          @logged
          #count(): unknown {
            return this;
          }

          @logged
          static #secret(): unknown {
            return this;
          }

          count() {
            return this.#count();
          }

          static secret() {
            return this.#secret();
          }
        }
        const repo = new Repo();
        expect(await repo.find(1)).toEqual([repo, 1]);
        expect(await Repo.open('url')).toEqual([Repo, 'url']);
        expect(await repo.count()).toBe(repo);
        expect(await Repo.secret()).toBe(Repo);
        expect(log).toEqual([repo, Repo, repo, Repo]);
        expect(repo.find).toHaveProperty('name', 'find');
      });

      it('decorates generator methods', async () => {
        const log: unknown[] = [];
        const logged = decorator(manager(telling(log)));
        class Repo {
          items = ['a', 'b'];

          @logged
          *rows(): Iterable<unknown> {
            yield* this.items;
          }
        }
        expect(await everyItem(new Repo().rows())).toEqual(['a', 'b']);
        expect(log).toEqual(['enter', 'exit']);
      });

      it('decorates as TypeScript does with experimentalDecorators', async () => {
        const log: unknown[] = [];
        const logged = decorator(function (this: unknown) {
          return manager({ setup: () => void log.push(this), teardown: undo });
        });
        const Repo = legacy(logged);
        const repo = new Repo();
        expect(await repo.find(1)).toEqual([repo, 1]);
        expect(await Repo.open('url')).toEqual([Repo, 'url']);
        expect(await everyItem(repo.rows('a', 'b'))).toEqual(['a', 'b']);
        expect(log).toEqual([repo, Repo, repo]);
        expect(Object.keys(repo)).toEqual([]);
        expect(repo.find).toHaveProperty('name', 'find');
      });
    });
  });

  describe('asyncContextDecorator', () => {
    it.each<[what: string, fn: () => unknown, message: string]>([
      [
        'a generator that a compiler hid',
        () => ({ next() {}, throw() {}, return() {} }),
        'must see that a function is a',
      ],
      ['an object', () => ({ done: false }), 'Await it.'],
    ])('tells code that iterates the promise of %s what is wrong, and no other code', async (_what, fn, message) => {
      const unhandled = jest.fn();
      process.on('unhandledRejection', unhandled);
      const decorated = library.asyncContextDecorator(library.nullContext())(fn);
      const error = await errorOf(async () => {
        for await (const _item of decorated() as unknown as AsyncIterable<unknown>);
      });
      await new Promise(setImmediate);
      process.off('unhandledRejection', unhandled);
      expect(error).toMatchObject({ name: 'TypeError', message: expect.stringContaining(message) });
      expect(unhandled).not.toHaveBeenCalled();
    });

    const { manager } = decorating(library)[1] as Decorating;

    it('takes sync managers', async () => {
      const log: unknown[] = [];
      const resource = { close: () => log.push('closed') };
      expect(await asyncContextDecorator(closing(resource))(async () => log.push('used'))()).toBe(1);
      expect(log).toEqual(['used', 'closed']);
    });

    it('makes a sync function async', async () => {
      const wrapped = asyncContextDecorator(manager({}))((x: number) => x + 1);
      expect(wrapped(1)).toBeInstanceOf(Promise);
      // Only the promise of a function that may hide a generator says why it can't be iterated.
      expect(Symbol.asyncIterator in asyncContextDecorator(manager({}))(async () => 1)()).toBe(false);
      expect(await wrapped(1)).toBe(2);
    });

    it('runs concurrent calls', async () => {
      const log: unknown[] = [];
      const wrapped = asyncContextDecorator(manager(telling(log)))(async (x: number) => x);
      expect(await Promise.all([wrapped(1), wrapped(2)])).toEqual([1, 2]);
      expect(log).toEqual(['enter', 'enter', 'exit', 'exit']);
    });

    it('makes a sync generator function async: it awaits what it yields and returns', async () => {
      const log: unknown[] = [];
      const wrapped = asyncContextDecorator(manager(telling(log)))(function* () {
        try {
          yield Promise.resolve('a');
          yield Promise.reject(new Error('rejected'));
        } catch (error) {
          yield (error as Error).message;
        }
        return Promise.resolve('end');
      });
      const driven = wrapped();
      expect(Object.prototype.toString.call(driven)).toBe('[object AsyncGenerator]');
      expect(await driven.next()).toEqual({ value: 'a', done: false });
      expect(await driven.next()).toEqual({ value: 'rejected', done: false });
      expect(await driven.next()).toEqual({ value: 'end', done: true });
      expect(log).toEqual(['enter', 'exit']);
    });

    it('exits the manager with the rejection that a sync generator yields or returns', async () => {
      const log: unknown[] = [];
      const rejections = [new Error('yielded'), new Error('returned')] as const;
      const logged = asyncContextDecorator(manager(telling(log)));
      const yielding = logged(function* () {
        try {
          yield Promise.reject(rejections[0]);
        } finally {
          log.push('closed');
        }
      });
      const returning = logged(function* () {
        return Promise.reject(rejections[1]);
      });
      expect(await errorOf(() => yielding().next())).toBe(rejections[0]);
      expect(await errorOf(() => returning().next())).toBe(rejections[1]);
      expect(log).toEqual(['enter', 'closed', ['exit', rejections[0]], 'enter', ['exit', rejections[1]]]);
    });

    it('closes and throws into a sync generator', async () => {
      const log: unknown[] = [];
      const wrapped = asyncContextDecorator(manager(telling(log)))(function* () {
        try {
          yield 'a';
        } catch (error) {
          yield error;
        }
      });
      const driven = wrapped();
      await driven.next();
      expect(await driven.throw('thrown in')).toEqual({ value: 'thrown in', done: false });
      expect(await driven.return(undefined as never)).toEqual({ value: undefined, done: true });
      expect(log).toEqual(['enter', ['exit', unknownOutcome]]);
    });

    it("doesn't run a manager's generator function to inspect it", () => {
      const fallback = jest.fn();
      const careful = asyncContextManager(async function* careful(value = fallback()) {
        yield value;
      });
      asyncContextDecorator(careful());
      expect(fallback).not.toHaveBeenCalled();
    });
  });

  describe('contextDecorator', () => {
    const { manager } = decorating(library)[0] as Decorating;

    it.each([
      ['function', async () => {}],
      ['generator function', async function* () {}],
    ])('refuses an async %s when decorating', (_what, fn) => {
      const decorate = () => contextDecorator(manager({}))(fn as () => never);
      expect(decorate).toThrow(TypeError);
      expect(decorate).toThrow('Did you mean asyncContextDecorator()?');
    });

    it('refuses a function that returns a promise, even if the manager suppresses', async () => {
      const log: unknown[] = [];
      const suppressing = manager(telling(log, () => 'suppressed'));
      const error = await errorOf(contextDecorator(suppressing)(() => Promise.reject(new Error('unseen')) as never));
      expect(error).toBeInstanceOf(TypeError);
      expect((error as Error).message).toContain('Did you mean asyncContextDecorator()?');
      expect(log).toEqual(['enter', ['exit', error]]);
    });

    it.each([
      ['a manager', { enterAsync() {}, exitAsync() {} }],
      ['a function', Object.assign(() => 1, { enterAsync() {}, exitAsync() {} })],
      ['a disposable', { [Symbol.asyncDispose ?? Symbol.for('Symbol.asyncDispose')]() {} }],
    ])('refuses async input: %s', (_what, given) => {
      expect(() => contextDecorator(given as never)).toThrow('Did you mean asyncContextDecorator()?');
      expect(contextDecorator((() => given) as never)(() => 1)).toThrow('Did you mean asyncContextDecorator()?');
    });

    it('takes a manager function, called with the arguments', () => {
      const log: unknown[] = [];
      const section = contextManager(function* section(title: string) {
        log.push(title);
        yield;
      });
      expect(contextDecorator(section)((title: string, text: string) => title + text)('a', 'b')).toBe('ab');
      expect(log).toEqual(['a']);
    });
  });
});

/** Doesn't suppress the block's error. */
function undo(thrown: { error: unknown } | undefined): undefined {
  if (thrown) throw thrown.error;
}

async function everyItem(items: AsyncIterable<unknown> | Iterable<unknown>): Promise<unknown[]> {
  const all: unknown[] = [];
  for await (const item of items) all.push(item);
  return all;
}

interface LegacyClass {
  new (): { find(id: number): unknown; rows(...items: unknown[]): Iterable<unknown> };
  open(url: string): unknown;
}

/** A class with decorated methods, compiled with TypeScript's own decorators. */
function legacy(logged: unknown): LegacyClass {
  const { outputText } = ts.transpileModule(
    `class Repo {
      @logged find(id) { return [this, id]; }
      @logged static open(url) { return [this, url]; }
      @logged *rows(...items) { yield* items; }
    }`,
    {
      compilerOptions: {
        experimentalDecorators: true,
        target: ts.ScriptTarget.ES2022,
      },
    },
  );
  // eslint-disable-next-line @typescript-eslint/no-implied-eval -- the output is what is tested
  const run = new Function('logged', `${outputText}; return Repo;`) as (logged: unknown) => LegacyClass;
  return run(logged);
}

describe.each(builds)(
  '%s: a stack for each call',
  (_build, { asyncContextDecorator, AsyncExitStack, contextDecorator, ExitStack }) => {
    const suppressed = new Error('suppressed');
    const later = new Error('later');
    const fail = (error: Error) => () => {
      throw error;
    };

    it('keeps an error that it suppressed out of what it throws', async () => {
      const managed = contextDecorator(() => {
        const stack = new ExitStack<unknown>();
        stack.defer(fail(later));
        stack.push(() => true);
        return stack;
      });

      const rows = managed(function* rows(): Generator<number, void, void> {
        throw suppressed;
      });
      expect(await errorOf(() => rows().next())).toBe(later);
      const managedAsync = asyncContextDecorator(() => {
        const stack = new AsyncExitStack<unknown>();
        stack.defer(fail(later));
        stack.push(() => true);
        return stack;
      });

      const rowsAsync = managedAsync(async function* rows(): AsyncGenerator<number, void, void> {
        throw suppressed;
      });
      expect(await errorOf(() => rowsAsync().next())).toBe(later);
      expect(later).not.toHaveProperty('cause');
    });
  },
);
